import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, type RawUpstream, startRawUpstream, testConfig } from '#testing';
import { FORMS, question } from './two-upstreams.js';

const PADDING = 'x'.repeat(16_000);
const START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'sim',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  },
};

const headOf = (status: string, type: string): string => `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\n\r\n`;
const STREAM = headOf('200 OK', 'text/event-stream');
const BEGUN = `${STREAM}event: message_start\ndata: ${JSON.stringify(START)}\n\n`;

/** What comes first, what comes again and again, and how much of it may be taken before it is given up, in bytes. */
const ENDLESS: readonly (readonly [what: string, first: string, again: string, most: number])[] = [
  ['comments before content', BEGUN, `: ${PADDING}\n\n`, 40_000_000],
  ['pings before content', BEGUN, `event: ping\ndata: {"type":"ping","padding":"${PADDING}"}\n\n`, 40_000_000],
  ['unknown events before content', BEGUN, `event: odd\ndata: {"type":"odd","padding":"${PADDING}"}\n\n`, 40_000_000],
  ['a line without end', BEGUN, PADDING, 40_000_000],
  ['an error page', headOf('500 Internal Server Error', 'text/html'), PADDING, 10_000_000],
  ['a page under 200', headOf('200 OK', 'text/html'), PADDING, 120_000_000],
  ['interim heads', '', `HTTP/1.1 103 Early Hints\r\nx: ${PADDING}\r\n\r\n`, Infinity],
];

describe('an upstream that sends without end', () => {
  let upstream: RawUpstream;
  let gateway: GatewayProcess;
  let first = '';
  let again = '';
  let sent = 0;
  let broken: Promise<void>;

  /** Writes as fast as it is taken, until the other side has had enough. */
  const sendOn = (socket: Socket): void => {
    broken = new Promise((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.write(first);
    const write = (): void => {
      while (!socket.destroyed && socket.write(again)) sent += again.length;
      socket.once('drain', write);
    };
    write();
  };

  beforeAll(async () => {
    upstream = await startRawUpstream(({ socket }) => sendOn(socket));
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url, { timeouts: { first_byte: '500ms', idle: '500ms' } }) },
        models: { sim: { targets: [{ provider: 'a' }] } },
      }),
    );
  });

  beforeEach(() => gateway.forgetHealth());

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it.each(ENDLESS)('%s is given up', async (_what, begin, repeated, most) => {
    for (const form of FORMS) {
      if (form === 'whole' && begin === BEGUN) continue;
      [first, again, sent] = [begin, repeated, 0];
      const response = await gateway.post('/v1/messages', question('sim', form));
      expect(await response.json()).toMatchObject({ type: 'error' });
      expect([500, 502, 504]).toContain(response.status);
      await broken;
      expect(sent).toBeLessThan(most);
    }
  });
});
