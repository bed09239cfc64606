import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort } from './free-port.js';

describe('a free port', () => {
  it('is the wanted one, or the next when that is taken', async () => {
    const wanted = await freePort();
    expect(await freePort(wanted)).toBe(wanted);

    const server = createServer().listen(wanted, '127.0.0.1');
    await once(server, 'listening');
    expect(await freePort(wanted)).toBeGreaterThan(wanted);
    await new Promise((closed) => server.close(closed));
  });

  it('is not looked for on an address of another machine', async () => {
    await expect(freePort(0, '192.0.2.1')).rejects.toThrow('EADDRNOTAVAIL');
  });
});
