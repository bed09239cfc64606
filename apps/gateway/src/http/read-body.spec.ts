import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { BODY_LIMIT, readBody } from './read-body.js';

describe('a body', () => {
  const read = (headers: Record<string, string>, withinMs?: number) => {
    const payload = Object.assign(new PassThrough(), { headers });
    const outcomes: unknown[] = [];
    const over = new Promise<void>((resolve) => {
      readBody(
        payload as unknown as IncomingMessage,
        (error, body) => {
          outcomes.push(error ?? body?.toString());
          resolve();
        },
        withinMs,
      );
    });
    return { payload, outcomes, over };
  };

  it.each([undefined, '4', '2', 'x'])('is collected, with the length %p declared', async (length) => {
    const { payload, outcomes, over } = read(length === undefined ? {} : { 'content-length': length });
    payload.write('ab');
    payload.end('cd');
    await over;
    expect(outcomes).toEqual(['abcd']);
  });

  it('that takes too long is a 408, after which the connection is closed, whatever still comes', async () => {
    const { payload, outcomes, over } = read({}, 20);
    payload.write('ab');
    await over;
    payload.end('cd');
    payload.destroy(new Error('gone'));
    await new Promise((resolve) => payload.once('close', resolve));
    expect(outcomes).toEqual([expect.objectContaining({ status: 408, headers: { connection: 'close' } })]);
  });

  it('that is too large is a 413 as soon as that shows', async () => {
    const { payload, outcomes, over } = read({});
    payload.write(Buffer.alloc(BODY_LIMIT));
    payload.write('x');
    await over;
    expect(outcomes).toEqual([expect.objectContaining({ status: 413 })]);
  });
});
