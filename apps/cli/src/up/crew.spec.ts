import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Child } from './child.js';
import { Crew } from './crew.js';

const NEVER = new AbortController().signal;

/** A process that says when it stops, and does nothing else. */
const startChild = (name: string, program: string): Promise<Child> =>
  Child.start({
    name,
    command: process.execPath,
    args: ['-e', program],
    env: {},
    stdio: 'ignore',
    stopSignal: 'SIGTERM',
  });

const FOREVER = 'setInterval(() => {}, 1000)';

describe('what runs together', () => {
  it('is stopped last in first out, each after the other is gone', async () => {
    const crew = new Crew(NEVER);
    const events: string[] = [];
    for (const name of ['redis', 'simulator', 'gateway']) {
      const child = await startChild(name, FOREVER);
      void child.gone.then((how) => events.push(`${name} ${how}`));
      crew.add({
        name,
        child: undefined,
        stop: (hurry) => {
          events.push(`stop ${name}`);
          return child.stop(hurry);
        },
      });
    }

    await crew.dismiss(NEVER);

    expect(events).toEqual([
      'stop gateway',
      'gateway SIGTERM',
      'stop simulator',
      'simulator SIGTERM',
      'stop redis',
      'redis SIGTERM',
    ]);
  });

  it('ends with an explanation when one of it stops by itself', async () => {
    const crew = new Crew(NEVER);
    const child = await startChild('gateway', 'process.exitCode = 3');
    crew.add({ name: 'gateway', child, stop: (hurry) => child.stop(hurry) });

    await expect(crew.untilEnd()).rejects.toThrow('The gateway stopped by itself (exit code 3), so everything stops.');
  });

  it('waits for nothing once it is told to stop', async () => {
    const stop = new AbortController();
    const crew = new Crew(stop.signal);
    const waiting = crew.during(new Promise(() => undefined));
    stop.abort();

    await expect(waiting).rejects.toBe(stop.signal.reason);
  });

  it('kills who does not leave, when it must be quick', async () => {
    const hurry = new AbortController();
    const ear = createServer().listen(0, '127.0.0.1');
    await once(ear, 'listening');
    const address = ear.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const connected = once(ear, 'connection');
    const deaf = await startChild(
      'deaf',
      `const line = require('net').connect(${port}); process.on('SIGTERM', () => line.write('heard'))`,
    );
    const [line] = (await connected) as [Socket];

    const stopped = deaf.stop(hurry.signal);
    await once(line, 'data');
    expect(deaf.isGone).toBe(false);
    hurry.abort();
    await stopped;

    expect(await deaf.gone).toBe('SIGKILL');
    line.destroy();
    ear.close();
  });

  it('says which program cannot be started', async () => {
    const missing = Child.start({
      name: 'redis-server',
      command: '/nowhere/redis-server',
      args: [],
      env: {},
      stdio: 'ignore',
      stopSignal: 'SIGTERM',
    });

    await expect(missing).rejects.toThrow('redis-server cannot be started: spawn /nowhere/redis-server ENOENT');
  });
});
