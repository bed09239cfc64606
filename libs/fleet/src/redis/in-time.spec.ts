import { describe, expect, it } from '@jest/globals';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { inTime, TooLate } from './in-time.js';

describe('an answer', () => {
  it('is given on', async () => {
    expect(await inTime(Promise.resolve(1), 10)).toBe(1);
    await expect(inTime(Promise.reject(new Error('no')), 10)).rejects.toThrow('no');
  });

  it('that does not come is too late', async () => {
    await expect(inTime(new Promise(() => undefined), 5)).rejects.toThrow(TooLate);
  });

  it('that had come while this process was busy is not late', async () => {
    const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
    await once(socket, 'connect');

    const answer = inTime(once(socket, 'data'), 20);
    const busyUntil = performance.now() + 60;
    // The kernel takes the bytes meanwhile, and the timer is due as well.
    await new Promise(setImmediate);
    while (performance.now() < busyUntil);

    expect(String(await answer)).toBe('answer');
    server.close();
  });
});
