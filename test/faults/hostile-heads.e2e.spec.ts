import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, type RawUpstream, startRawUpstream, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { FORMS, question } from './two-upstreams.js';

const MESSAGE = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'sim',
  content: [],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
});

const headOf = (...lines: string[]): string =>
  ['HTTP/1.1 200 OK', 'content-type: application/json', ...lines, '', ''].join('\r\n');

const many = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index));

/** Heads with which no answer is accepted. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['a hundred thousand headers', headOf(...many(100_000, (index) => `x-${index}: 1`))],
  ['a header of a megabyte', headOf(`x-large: ${'x'.repeat(1_000_000)}`)],
  ['two lengths', headOf('content-length: 5', 'content-length: 6') + MESSAGE],
  ['a length and chunks', headOf('content-length: 5', 'transfer-encoding: chunked') + MESSAGE],
  ['a length below zero', headOf('content-length: -5') + MESSAGE],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status of four digits', `HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}`],
  ['a bare line feed', 'HTTP/1.1 200 OK\ncontent-type: application/json\n\n'],
  ['a zero byte in a header', headOf('x-a: b\0c', 'content-length: 2') + '{}'],
  ['a space before a colon', headOf('content-length : 2') + '{}'],
  ['chunks that are none', headOf('transfer-encoding: chunked') + 'zz\r\n{}\r\n0\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
];

/** Heads that are odd and harmless. */
const TAKEN: readonly (readonly [string, string])[] = [
  ['an end when the connection ends', headOf('connection: close') + MESSAGE],
  ['the older version', `HTTP/1.0 200 OK\r\n\r\n${MESSAGE}`],
  [
    'a thousand interim heads',
    'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(1000) +
      headOf(`content-length: ${MESSAGE.length}`) +
      MESSAGE,
  ],
  [
    'a hundred headers',
    headOf(...many(100, (index) => `x-${index}: 1`), `content-length: ${MESSAGE.length}`) + MESSAGE,
  ],
];

describe('an upstream whose answer begins with', () => {
  let hostile: RawUpstream;
  let well: Simulator;
  let gateway: GatewayProcess;
  let bytes = '';

  /** As if nobody had failed before. */
  const ask = async (model: string, form: (typeof FORMS)[number]): Promise<Response> => {
    await gateway.forgetHealth();
    return gateway.post('/v1/messages', question(model, form));
  };

  beforeAll(async () => {
    hostile = await startRawUpstream(({ socket }) => socket.end(bytes, 'latin1'));
    well = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { hostile: provider('anthropic', hostile.url), well: provider('anthropic', well.url) },
        models: {
          alone: { targets: [{ provider: 'hostile' }] },
          pair: { targets: [{ provider: 'hostile' }, { provider: 'well', tier: 2 }] },
        },
      }),
    );
  });

  afterAll(async () => {
    await hostile.close();
    await well.close();
    await gateway.stop();
  });

  it.each(REFUSED)('%s is a 502, or made good by another', async (_what, head) => {
    bytes = head;
    for (const form of FORMS) {
      const before = hostile.requests;
      const alone = await ask('alone', form);
      expect([alone.status, await alone.json()]).toEqual([
        502,
        expect.objectContaining({ type: 'error', error: expect.objectContaining({ type: 'api_error' }) }),
      ]);
      const pair = await ask('pair', form);
      expect([pair.status, await pair.text()]).toEqual([200, expect.stringContaining('end_turn')]);
      expect(hostile.requests).toBe(before + 2);
    }
  });

  it.each(TAKEN)('%s is taken', async (_what, head) => {
    bytes = head;
    const response = await ask('alone', 'whole');
    expect([response.status, await response.text()]).toEqual([200, MESSAGE]);
  });
});
