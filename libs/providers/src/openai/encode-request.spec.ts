import { describe, expect, it } from '@jest/globals';
import type { ApiVersion } from '#core';
import { aDeployment, anOutboundRequest } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';

const adapter = createOpenAiAdapter({ signingKey: Buffer.from('key'), randomByte: () => 1 });
const HI = { role: 'user', content: 'Hi' };
const BARE = { model: 'claude-sonnet-4-5', max_tokens: 100, messages: [HI] };

interface Options {
  vendor?: string;
  model?: string;
  stream?: boolean;
  version?: ApiVersion;
}

const SCHEMA = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
const FORMAT = { type: 'json_schema', schema: { ...SCHEMA, required: ['a'] } };
const LOOSE_FORMAT = { type: 'json_schema', schema: SCHEMA };

const held = (schema: object, strict = true) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict } },
});

const encode = (
  fields: Record<string, unknown>,
  { vendor = 'openai', model = 'gpt-4.1', ...options }: Options = {},
) => {
  const request = adapter.encode(anOutboundRequest({ ...BARE, ...fields }, options), aDeployment(vendor, model));
  return { ...request, chat: JSON.parse(request.body.toString()) as Record<string, unknown> };
};

describe('a request', () => {
  it('goes to the provider with its key and nothing of the caller', () => {
    const { method, url, headers } = encode({}, { stream: true });

    expect({ method, url, headers }).toEqual({
      method: 'POST',
      url: 'https://openai.example/v1/chat/completions',
      headers: {
        authorization: 'Bearer sk-upstream',
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
        'user-agent': 'switchyard',
      },
    });
  });

  it('is no larger than it has to be', () => {
    const { chat, ignored } = encode({});

    expect(chat).toEqual({ model: 'gpt-4.1', max_completion_tokens: 100, messages: [HI] });
    expect(ignored).toEqual([]);
  });

  it("passes the caller's own name on where no other is configured", () => {
    const request = adapter.encode(anOutboundRequest({ ...BARE, model: 'gpt-5.2' }), aDeployment('openai'));

    expect(JSON.parse(request.body.toString())).toMatchObject({ model: 'gpt-5.2' });
  });

  it('asks a stream for its counts', () => {
    expect(encode({ stream: true }, { stream: true }).chat).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    ['the limit of length', 'deepseek', {}, { max_tokens: 100 }],
    ['the limit of length with its reasoning', 'doubao', {}, { max_completion_tokens: 100 }],
    ['stop strings', 'openai', { stop_sequences: ['END'] }, { stop: ['END'] }],
    ['sampling', 'openai', { temperature: 0.5, top_p: 0.9 }, { temperature: 0.5, top_p: 0.9 }],
    ['top_k where there is one', 'vllm', { top_k: 40 }, { top_k: 40 }],
    ['a user', 'openai', { metadata: { user_id: 'u-1' } }, { safety_identifier: 'u-1' }],
    ['a user under the older name', 'vllm', { metadata: { user_id: 'u-1' } }, { user: 'u-1' }],
    ['a tier', 'openai', { service_tier: 'standard_only' }, { service_tier: 'default' }],
    ['a format', 'openai', { output_config: { format: FORMAT } }, held(FORMAT.schema)],
    ['any format', 'vllm', { output_format: LOOSE_FORMAT }, held(LOOSE_FORMAT.schema)],
  ])('says %s to %s', (_, vendor, fields, expected) => {
    const { chat, ignored } = encode(fields, { vendor });

    expect(chat).toMatchObject(expected);
    expect(ignored).toEqual([]);
  });

  it('hashes a user too long to be sent', () => {
    const { chat } = encode({ metadata: { user_id: 'x'.repeat(65) } });

    expect(chat.safety_identifier).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['openai', { top_k: 5 }, 'top_k'],
    ['openai', { cache_control: { type: 'ephemeral' } }, 'cache_control'],
    ['openai', { system: [{ type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral' } }] }, 'cache_control'],
    ['openai', { diagnostics: { previous_message_id: 'msg_1' } }, 'diagnostics'],
    ['openai', { tags: ['a'] }, 'tags'],
    ['openai', { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }, 'context_management'],
    ['openai', { output_config: { task_budget: { type: 'tokens', total: 1 } } }, 'task_budget'],
    ['deepseek', { metadata: { user_id: 'u-1' } }, 'metadata.user_id'],
    ['deepseek', { thinking: { type: 'adaptive' }, temperature: 0.5 }, 'temperature'],
  ])('to %s lists what it cannot say: %j', (vendor, fields, name) => {
    expect(encode(fields, { vendor }).ignored).toEqual([name]);
  });

  it.each([
    ['output_config.format', { output_config: { format: LOOSE_FORMAT } }],
    ['output_format', { output_format: LOOSE_FORMAT }],
  ])('asks for a format that cannot be strict all the same, and lists %s', (name, fields) => {
    const { chat, ignored } = encode(fields);

    expect(chat).toMatchObject(held(SCHEMA, false));
    expect(ignored).toEqual([name]);
  });

  it.each(['gpt-5.2', 'o3', 'gpt-5-codex'])('takes sampling away from %s, which reasons, and lists it', (model) => {
    const { chat, ignored } = encode({ temperature: 0.5, top_p: 0.9 }, { model });

    expect(chat).not.toHaveProperty('temperature');
    expect(chat).not.toHaveProperty('top_p');
    expect(ignored).toEqual(['temperature', 'top_p']);
  });

  it('leaves a model its sampling while it does not reason', () => {
    const thinking = { type: 'disabled' };
    const { chat, ignored } = encode({ temperature: 0.5, thinking }, { model: 'gpt-5.2' });

    expect(chat).toMatchObject({ temperature: 0.5, reasoning_effort: 'none' });
    expect(ignored).toEqual([]);
    expect(encode({ temperature: 0.5, thinking }, { model: 'o3' }).chat).not.toHaveProperty('temperature');
  });

  it('does not list sampling that changes nothing', () => {
    const { chat, ignored } = encode({ temperature: 1, top_p: 1 }, { model: 'o3' });

    expect(chat).not.toHaveProperty('temperature');
    expect(ignored).toEqual([]);
  });

  it('knows of the tools when it says how hard to think', () => {
    const tools = [{ name: 'read', input_schema: { type: 'object' } }];
    const thinking = { type: 'adaptive' };

    expect(encode({ thinking, tools }, { model: 'gpt-5.6-sol' }).chat).toMatchObject({ reasoning_effort: 'none' });
    expect(encode({ thinking }, { model: 'gpt-5.6-sol' }).chat).toMatchObject({ reasoning_effort: 'high' });
  });

  it.each([
    { context_management: {} },
    { context_management: { edits: [] } },
    { mcp_servers: [] },
    { fallbacks: [] },
    { tags: [] },
    { stop_sequences: [] },
  ])('loses nothing where nothing was asked for: %j', (fields) => {
    const { chat, ignored } = encode(fields, { model: 'o3' });

    expect(Object.keys(chat)).toEqual(['model', 'max_completion_tokens', 'messages']);
    expect(ignored).toEqual([]);
  });

  it.each(['o3', 'gpt-5.2'])('refuses stop strings for %s, which cannot be held to them', (model) => {
    expect(() => encode({ stop_sequences: ['END'] }, { model })).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringMatching(/^stop_sequences: Not supported/) }),
    );
  });

  it('takes null for "not set" wherever the API does', () => {
    const nulls = [
      'system',
      'stop_sequences',
      'temperature',
      'top_p',
      'top_k',
      'thinking',
      'tools',
      'tool_choice',
      'metadata',
    ];
    const more = [
      'container',
      'mcp_servers',
      'service_tier',
      'speed',
      'inference_geo',
      'output_config',
      'context_management',
    ];

    const { chat, ignored } = encode(Object.fromEntries([...nulls, ...more].map((name) => [name, null])));

    expect(Object.keys(chat)).toEqual(['model', 'max_completion_tokens', 'messages']);
    expect(ignored).toEqual([]);
  });

  it.each([
    [{ max_tokens: undefined }, 'max_tokens: Field required'],
    [{ max_tokens: 0 }, 'max_tokens: Input should be greater than or equal to 1'],
    [{ max_tokens: 1.5 }, 'max_tokens: Input should be a valid integer'],
    [{ max_tokens: '5' }, 'max_tokens: Input should be a valid integer'],
    [{ temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
    [{ top_p: -1 }, 'top_p: Input should be greater than or equal to 0'],
    [{ temperature: 'hot' }, 'temperature: Input should be a valid number'],
    [{ stop_sequences: [' '] }, 'stop_sequences.0: each stop sequence must contain non-whitespace'],
    [{ stop_sequences: ['a', 'b', 'c', 'd', 'e'] }, 'stop_sequences: List should have at most 4 items'],
    [{ stop_sequences: 'a' }, 'stop_sequences: Input should be a valid list'],
    [{ foo: 1 }, 'foo: Extra inputs are not permitted'],
    [{ metadata: { user: 'x' } }, 'metadata.user: Extra inputs are not permitted'],
    [{ service_tier: 'priority' }, "service_tier: Input should be 'auto' or 'standard_only'"],
    [{ container: 'c_1' }, 'container: Not supported'],
    [{ mcp_servers: [{ name: 'a' }] }, 'mcp_servers: Not supported'],
    [{ fallbacks: 'default' }, 'fallbacks: Not supported'],
    [{ thread: { type: 'create' } }, 'thread: Not supported'],
    [{ inference_geo: 'us' }, 'inference_geo: Not supported'],
    [{ safeguards: {} }, 'safeguards: Not supported'],
    [{ speed: 'fast' }, 'speed: Not supported'],
    [
      { context_management: { edits: [{ type: 'compact_20260112' }] } },
      'context_management.edits.0.type: Not supported',
    ],
    [{ output_config: { verbosity: 'low' } }, 'output_config.verbosity: Extra inputs are not permitted'],
    [{ output_config: { format: { type: 'text' } } }, "output_config.format.type: Input should be 'json_schema'"],
  ])('%j is refused by name', (fields, message) => {
    expect(() => encode(fields)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(message) }),
    );
  });

  it('refuses sampling under the version that has none', () => {
    expect(() => encode({ temperature: 1 }, { version: '2026-10-21' })).toThrow(
      'temperature: Extra inputs are not permitted',
    );
  });

  it('refuses a format in the words on which Claude Code tries without', () => {
    const format = { type: 'json_schema', schema: {} };

    expect(() => encode({ output_config: { format } }, { vendor: 'deepseek' })).toThrow(
      'output_config.format: Extra inputs are not permitted',
    );
  });
});
