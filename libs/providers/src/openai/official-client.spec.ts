import { readdirSync, readFileSync } from 'node:fs';
import { Anthropic } from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import { Anthropic as OlderAnthropic } from 'anthropic-sdk-0';
import { aDeployment, anOutboundRequest, readMessagesStream } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';

const FIXTURES = 'libs/testing/fixtures/openai';
const REQUEST = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] };

const translated = (name: string): Buffer => {
  let last = 0;
  const adapter = createOpenAiAdapter({ signingKey: Buffer.from('key'), randomByte: () => last++ % 58 });
  const reader = adapter.readStream(anOutboundRequest(REQUEST, { stream: true }), aDeployment('openai'));
  const whole = reader.push(readFileSync(`${FIXTURES}/${name}`));
  return Buffer.concat([whole ?? Buffer.alloc(0), reader.end() ?? Buffer.alloc(0)]);
};

const wholeOnes = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.sse'))
  .map((name) => ({ name, bytes: translated(name) }))
  .map(({ name, bytes }) => ({ name, bytes, ...readMessagesStream(bytes) }))
  .filter(({ ending }) => ending === 'whole');

const answering = (bytes: Buffer) => async () =>
  new Response(new Uint8Array(bytes), { headers: { 'content-type': 'text/event-stream' } });

describe('the official client', () => {
  it.each(wholeOnes)('puts $name together as the grammar says', async ({ bytes, message }) => {
    const client = new Anthropic({ apiKey: 'key', fetch: answering(bytes) });
    const older = new OlderAnthropic({ apiKey: 'key', fetch: answering(bytes) });

    const final = await client.messages.stream(REQUEST).finalMessage();
    const olderFinal = await older.messages.stream(REQUEST).finalMessage();

    for (const { content, stop_reason, usage } of [final, olderFinal]) {
      expect({ stop_reason, usage }).toMatchObject({
        stop_reason: message?.stop_reason,
        usage: { output_tokens: expect.any(Number) },
      });
      if (stop_reason !== 'max_tokens') expect(content).toEqual(message?.content);
    }
  });
});
