import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, RawCaller, testConfig } from '#testing';

const START = `event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n`;
const STOP = `event: message_stop\ndata: {"type":"message_stop"}\n\n`;
const DELTA = `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}\n\n`;
const ODD_BLOCK = `event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":["cache_control"]}`;

/** What the upstream answers, by the model's name. */
const ANSWERS: Record<string, string> = {
  'odd-content': '{"type":"message","content":["cache_control"],"stop_reason":"end_turn","usage":{}}',
  'odd-block': START + ODD_BLOCK,
  nothing: START + STOP,
  'no-start': START + DELTA + STOP,
  endless: START + DELTA,
};

describe('an answer that nobody expects', () => {
  let upstream: Server;
  let gateway: GatewayProcess;

  const ask = async (model: string, stream: boolean) => {
    const response = await gateway.post('/v1/messages', {
      model,
      stream,
      max_tokens: 16,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    return { status: response.status, id: response.headers.get('request-id'), text: await response.text() };
  };

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const { model, stream } = JSON.parse(body) as { model: string; stream: boolean };
        response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
        if (model === 'endless') response.write(ANSWERS[model]);
        else response.end(ANSWERS[model]);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => upstream.once('listening', resolve));
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`) },
        models: { '*': { targets: [{ provider: 'a' }] } },
      }),
    );
  });

  afterAll(async () => {
    await gateway.stop();
    upstream.closeAllConnections();
    upstream.close();
  });

  it('is passed on when it is whole, and never leaves its caller waiting', async () => {
    const { status, text } = await ask('odd-content', false);
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ content: ['cache_control'] })]);
    expect((await ask('odd-block', true)).text).toMatch(/event: error|"type":"error"/);
  });

  it('is passed on with its head, however little it holds', async () => {
    const nothing = await ask('nothing', true);
    expect(nothing).toEqual({ status: 200, id: expect.stringMatching(/^req_/), text: START + STOP });
    expect((await ask('no-start', true)).text).toBe(START + DELTA + STOP);
  });

  it('is not mixed with an error about something else on the connection', async () => {
    const caller = await RawCaller.connect(gateway.url);
    caller.ask({ model: 'endless', stream: true, max_tokens: 1, messages: [] });
    await caller.until(/hello/);
    caller.send('no HTTP at all\r\n\r\n');
    expect(await caller.all()).not.toContain('400 Bad Request');
  });
});
