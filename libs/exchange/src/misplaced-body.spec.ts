import { describe, expect, it } from '@jest/globals';
import type { ProviderAdapter } from '#core';
import { createAdapters } from '#providers';
import { aDeployment, anOutboundRequest } from '#testing';
import { MisplacedBody } from './misplaced-body.js';

const adapters = createAdapters({ signingKey: Buffer.from('key'), randomByte: () => 1, now: () => 0 });
const request = anOutboundRequest({ max_tokens: 9, messages: [] }, { stream: true });

const failureOf = (adapter: ProviderAdapter, ...chunks: string[]) => {
  const body = new MisplacedBody((bytes) => adapter.readWhole(bytes, request, aDeployment('openai')));
  for (const chunk of chunks) {
    const failure = body.add(Buffer.from(chunk));
    if (failure) return { ...failure, early: true };
  }
  return { ...body.end(), early: false };
};

describe('what came in place of a stream', () => {
  it.each([
    ['anthropic', '{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}', 529, 'overloaded_error'],
    ['openai', '{"error":{"message":"Busy","type":"rate_limit_error"}}', 429, 'rate_limit_error'],
  ] as const)('is the error that it says, from %s', (kind, json, status, type) => {
    const failure = { kind: 'error-event', status, error: { type, message: 'Busy' } };

    expect(failureOf(adapters[kind], json)).toMatchObject(failure);
    expect(failureOf(adapters[kind], '\n  ', json.slice(0, 9), json.slice(9))).toMatchObject(failure);
  });

  it.each(['anthropic', 'openai'] as const)('is no answer when it says no error, from %s', (kind) => {
    const messages = ['{}', '{"type":"message","content":[]}', '{"choices":[]}', '{"error":', ''];
    for (const body of messages)
      expect(failureOf(adapters[kind], body)).toMatchObject({ kind: 'bad-answer', early: false });
  });

  it.each(['<html>', 'event: message_start\n', 'data: {}\n\n', '[]', '\u0000\u0001'])(
    'is not waited for when it cannot be an error: %j',
    (beginning) => {
      expect(failureOf(adapters.anthropic, beginning)).toMatchObject({ kind: 'bad-answer', early: true });
    },
  );

  it('is kept up to 64 KiB', () => {
    const half = 'x'.repeat(32 * 1024);

    expect(failureOf(adapters.openai, `{"a":"`, half, half)).toMatchObject({ kind: 'bad-answer', early: true });
    expect(failureOf(adapters.openai, `{"error":"${half}`, `"}`)).toMatchObject({ kind: 'error-event', early: false });
  });
});
