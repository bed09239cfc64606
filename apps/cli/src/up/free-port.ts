import { once } from 'node:events';
import { createServer } from 'node:net';
import { Failure } from '../failure.js';

const TRIES = 50;

/** The port if nothing listens on it, undefined if something does. 0 gives any free one. */
const tryPort = async (port: number, host: string): Promise<number | undefined> => {
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? address?.port : undefined;
};

/** The first free port from `wanted` upwards; any free one for 0. Rejects when the address is not this machine's. */
export const freePort = async (wanted = 0, host = '127.0.0.1'): Promise<number> => {
  for (let port = wanted; port < Math.min(wanted + TRIES, 65_536); port++) {
    const free = await tryPort(port, host);
    if (free !== undefined) return free;
  }
  throw new Failure(`The ports from ${wanted} to ${wanted + TRIES - 1} are all taken; choose another with --port.`);
};
