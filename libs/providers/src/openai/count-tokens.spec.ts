import { describe, expect, it } from '@jest/globals';
import { aDeployment, anOutboundRequest } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';

const adapter = createOpenAiAdapter({ signingKey: Buffer.from('key'), randomByte: () => 1 });

const answer = (fields: Record<string, unknown>) => {
  const body = { model: 'm', messages: [{ role: 'user', content: 'Hello there' }], ...fields };
  return adapter.answerLocally?.(anOutboundRequest(body, { endpoint: 'count_tokens' }), aDeployment('openai'));
};
const count = (fields: Record<string, unknown>): number =>
  (JSON.parse(String(answer(fields)?.body)) as { input_tokens: number }).input_tokens;

const saying = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] });
const words = (many: number) => 'switch yard '.repeat(many);
const image = (data: string) => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } });
const pdf = (data: string) => ({ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data } });

describe('counting tokens without an upstream', () => {
  it('marks its answer as an estimate', () => {
    expect(answer({})?.headers).toEqual({ 'x-switchyard-estimate': 'tokenx' });
  });

  it('leaves messages to the upstream', () => {
    expect(adapter.answerLocally?.(anOutboundRequest({ messages: [] }), aDeployment('openai'))).toBeUndefined();
  });

  it('counts everything that the model reads', () => {
    const bare = count({});
    const tool = { name: 'read', description: words(20), input_schema: { type: 'object', properties: { path: {} } } };

    expect(count({ system: words(20) })).toBeGreaterThan(bare + 30);
    expect(count({ tools: [tool] })).toBeGreaterThan(bare + 40);
    expect(count(saying({ type: 'tool_use', id: 'a', name: 'read', input: { text: words(20) } }))).toBeGreaterThan(40);
    expect(count(saying({ type: 'tool_result', tool_use_id: 'a', content: words(20) }))).toBeGreaterThan(40);
  });

  it('is never zero', () => {
    expect(count({ messages: [] })).toBeGreaterThan(0);
  });

  it('takes an image for an image however many bytes it has, and a PDF by its length', () => {
    expect(count(saying(image('A'.repeat(1_000_000))))).toBe(count(saying(image('A'))));
    expect(count(saying(image('A')))).toBeGreaterThan(1_600);
    expect(count(saying(pdf('A'.repeat(120_000)))) - count(saying(pdf('A')))).toBe(2_000);
  });

  it('samples what is very long, in little time and close to the truth', () => {
    const short = count({ system: words(10_000) });
    const startedAt = performance.now();
    const long = count({ system: words(2_000_000) });

    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(long / short).toBeGreaterThan(190);
    expect(long / short).toBeLessThan(210);
  });

  it('refuses what is no request at all', () => {
    expect(() => count({ messages: undefined })).toThrow('messages: Field required');
  });
});
