import type { IncomingMessage } from 'node:http';

/**
 * The whole body; undefined when the caller left before its end, `too-large` beyond the limit (in bytes). A body that is
 * too large is read on and thrown away, so that the answer about it reaches the caller.
 */
export const readBody = (request: IncomingMessage, limit: number): Promise<Buffer | 'too-large' | undefined> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      const [only] = chunks;
      if (length > limit) resolve('too-large');
      else resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    request.once('close', () => resolve(undefined));
  });
