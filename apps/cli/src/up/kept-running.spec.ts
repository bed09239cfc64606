import { describe, expect, it } from '@jest/globals';
import { Child } from './child.js';
import { KeptRunning } from './kept-running.js';

const node = (script: string): Promise<Child> =>
  Child.start({
    name: 'worker',
    command: process.execPath,
    args: ['-e', script],
    env: process.env,
    stdio: 'ignore',
    stopSignal: 'SIGINT',
  });

describe('a process that is kept running', () => {
  it('is started again when it ends by itself', async () => {
    const said: string[] = [];
    let starts = 0;
    const again = Promise.withResolvers<void>();
    const kept = await KeptRunning.start({
      start: () => {
        starts++;
        if (starts === 2) again.resolve();
        return node(starts === 1 ? 'process.exit(3)' : 'setInterval(() => 0, 1000)');
      },
      say: (line) => said.push(line),
      pauseMs: 1,
    });
    await again.promise;
    expect(said).toEqual(['the worker stopped by itself (exit code 3); it is started again']);
    await kept.stop();
    expect(starts).toBe(2);
  });

  it('is given up when it never runs for long', async () => {
    let starts = 0;
    const kept = await KeptRunning.start({
      start: () => {
        starts++;
        return node('process.exit(1)');
      },
      say: () => undefined,
      pauseMs: 1,
    });
    await expect(kept.lost).rejects.toThrow('again and again');
    expect(starts).toBe(5);
  });

  it('is not started again once it was asked to stop', async () => {
    const said: string[] = [];
    const kept = await KeptRunning.start({
      start: () => node('setInterval(() => 0, 1000)'),
      say: (line) => said.push(line),
      pauseMs: 1,
    });
    await kept.stop();
    expect(said).toEqual([]);
  });
});
