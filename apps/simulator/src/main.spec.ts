import { describe, expect, it, jest } from '@jest/globals';
import { runSimulator } from './main.js';

describe('the simulator in the foreground', () => {
  it('says where it is in one line, nothing of its calls, and stops on SIGTERM', async () => {
    const lines: string[] = [];
    const printed = jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    try {
      const stopped = runSimulator({ port: 0 });
      while (lines.length === 0) await new Promise(setImmediate);
      const [, url] = /^switchyard simulator is ready on (http:\S+)\n$/.exec(lines[0] ?? '') ?? [];
      const models = await fetch(`${url}/v1/models`, { headers: { authorization: 'Bearer key' } });
      process.emit('SIGTERM');
      await stopped;

      expect(models.status).toBe(200);
      expect(lines).toHaveLength(1);
      await expect(fetch(`${url}/v1/models`)).rejects.toThrow('fetch failed');
    } finally {
      printed.mockRestore();
    }
  });
});
