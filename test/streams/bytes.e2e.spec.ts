import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, type RecordingUpstream, startRecordingUpstream, testConfig } from '#testing';

const KB = 1024;
const MB = 1024 * KB;

/** What parsing and writing anew would not leave as it is. */
const PECULIAR = [
  '"never_heard_of" : {"b":1,  "a":[1.0, 1e2, -0, 12345678901234567890, 1E-400]}',
  '"never_heard_of":"said twice"',
  '"1": "a key that would move to the front"',
  String.raw`"escapes": "\u0041\/\b\ud83d\ude82 and half a pair \ud83d and \u2028"`,
  `"raw": "🚂 é \u2028 \u007f"`,
  String.raw`"esc\u0061ped": true`,
  '"empty": {}, "nothing": [ ]',
].join(' ,\r\n\t');

/** A request of about so many bytes; `model` is written as it is. */
const requestOf = (bytes: number, model: string, stream = false): Buffer => {
  const text = String.raw`All aboard \n 🚂 \"quoted\" `;
  const prompt = text.repeat(Math.ceil(bytes / Buffer.byteLength(text)));
  return Buffer.from(
    `\r\n{ ${PECULIAR}, "max_tokens":16 , "messages" : [{"role":"user","content":"${prompt}"}],\n"model":  ${model} ,"stream":${stream} } \n`,
  );
};

const ANSWER = Buffer.from(
  `{ "id":"msg_1", ${PECULIAR},"type":"message","role":"assistant","model":"sim-upstream","content" : [{"type":"text","text":"\\u0048i"},{"type":"never_heard_of","x":1.0}],
  "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1,"never_heard_of":1e2} } \n`,
);

const STREAM = Buffer.from(
  [
    ': a comment\n\n',
    `event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1",${PECULIAR.replaceAll(/[\r\n\t]/g, ' ')},"type":"message","role":"assistant","model":"sim-upstream","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n`,
    'event: ping\ndata: {"type": "ping"}\n\n',
    'event: never_heard_of\ndata: {"type":"never_heard_of","x":1.0}\n\n',
    'event: content_block_start\r\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\r\n\r\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ud83d\\ude82 \\ud83d 🚂"}}\n\n',
    'event:content_block_delta\ndata:{ "index":0, "type":"content_block_delta", "delta":{"type":"text_delta","text":"x"} }\nid: 7\n\n',
    'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
    'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":1.0}}\n\n',
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  ].join(''),
);

describe('bytes between a caller and an upstream of its own wire', () => {
  let upstream: RecordingUpstream;
  let gateway: GatewayProcess;
  let answer = ANSWER;
  /** In how large pieces the upstream writes. */
  let piece = Infinity;

  const send = async (body: Buffer): Promise<{ sent: Buffer; got: Buffer; status: number }> => {
    const response = await gateway.post('/v1/messages', body);
    const got = Buffer.from(await response.arrayBuffer());
    return { sent: upstream.requests.at(-1)?.body ?? Buffer.alloc(0), got, status: response.status };
  };

  /** Said of large buffers without printing them. */
  const firstDifference = (one: Buffer, other: Buffer): string => {
    if (one.equals(other)) return 'none';
    let at = 0;
    while (one[at] === other[at]) at++;
    return `${one.length} and ${other.length} bytes, from ${at}: ${one.toString('utf8', at, at + 40)} | ${other.toString('utf8', at, at + 40)}`;
  };

  beforeAll(async () => {
    upstream = await startRecordingUpstream((response, { body }) => {
      const streamed = body.includes('"stream":true');
      response.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' });
      const bytes = streamed ? STREAM : answer;
      const writeFrom = (at: number): void => {
        if (at + piece >= bytes.length) response.end(bytes.subarray(at));
        else response.write(bytes.subarray(at, at + piece), () => writeFrom(at + piece));
      };
      writeFrom(0);
    });
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: {
          same: { targets: [{ provider: 'a', model: 'same' }] },
          renamed: { targets: [{ provider: 'a', model: 'sim-"upstream"' }] },
          'any*': { targets: [{ provider: 'a' }] },
        },
      }),
    );
  });

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it.each([KB, 100 * KB, MB, 31 * MB])('are the very same in a request of %i bytes', async (size) => {
    for (const model of ['"same"', '"any\\u0074hing"']) {
      const body = requestOf(size, model);
      const { sent, status } = await send(body);
      expect([status, firstDifference(sent, body)]).toEqual([200, 'none']);
    }
  });

  it.each([KB, 100 * KB, MB, 31 * MB])('differ in the model’s name alone: %i bytes', async (size) => {
    const { sent, status } = await send(requestOf(size, '"rename\\u0064"'));
    const expected = requestOf(size, String.raw`"sim-\"upstream\""`);
    expect([status, firstDifference(sent, expected)]).toEqual([200, 'none']);
  });

  it('differ in the model’s name alone wherever it stands', async () => {
    const rest =
      '"max_tokens":1,"metadata":{"model":"renamed"},"messages":[{"role":"user","content":"\\"model\\":\\"renamed\\""}]';
    for (const [body, expected] of [
      [`{"model":"renamed",${rest}}`, `{"model":"sim-\\"upstream\\"",${rest}}`],
      [`{${rest},"model":"renamed"}`, `{${rest},"model":"sim-\\"upstream\\""}`],
      [`{${rest},"m\\u006fdel":"renamed"}`, `{${rest},"m\\u006fdel":"sim-\\"upstream\\""}`],
    ] as const) {
      const { sent, status } = await send(Buffer.from(body));
      expect([status, sent.toString()]).toEqual([200, expected]);
    }
  });

  it('are the very same in a whole answer', async () => {
    for (const size of [Infinity, 100, 7]) {
      piece = size;
      const { got, status } = await send(requestOf(KB, '"renamed"'));
      expect([status, firstDifference(got, ANSWER)]).toEqual([200, 'none']);
    }
  });

  it('are the very same in a whole answer of 20 MB', async () => {
    piece = Infinity;
    answer = Buffer.concat([ANSWER.subarray(0, -3), Buffer.from(`,"more":"${'🚂'.repeat(5 * MB)}"}`)]);
    const { got, status } = await send(requestOf(KB, '"renamed"'));
    expect([status, firstDifference(got, answer)]).toEqual([200, 'none']);
    answer = ANSWER;
  });

  it('are the very same in a stream, however it is cut up', async () => {
    for (const size of [Infinity, 1000, 50, 1]) {
      piece = size;
      const { got, status } = await send(requestOf(KB, '"renamed"', true));
      expect([status, firstDifference(got, STREAM)]).toEqual([200, 'none']);
    }
    piece = Infinity;
  });
});
