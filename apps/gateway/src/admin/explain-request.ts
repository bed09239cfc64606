import { ApiError } from '#core';
import type { Ask } from '#routing';
import { z } from 'zod';

const shape = z.strictObject({
  model: z.string().min(1),
  /** Of the prompt; large prompts are kept off upstreams that have little left. */
  input_tokens: z.int().min(0).default(1000),
  max_tokens: z.int().min(0).default(1024),
  stream: z.boolean().default(true),
  urgency: z.enum(['interactive', 'batch']).default('interactive'),
  /** What a conversation is known by; calls of one conversation go to one upstream. */
  affinity: z.string().min(1).optional(),
});

/** What `POST /admin/v1/explain` is asked. */
export interface ExplainRequest {
  model: string;
  ask: Ask;
}

const parse = (body: unknown): unknown => {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch (cause) {
    throw new ApiError('invalid_request_error', 'The body is not JSON; send {"model": "NAME"}.', { cause });
  }
};

/** Throws the 400 that names the field. */
export const readExplainRequest = (body: unknown): ExplainRequest => {
  const read = shape.safeParse(parse(body));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ApiError('invalid_request_error', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
  }
  const { model, input_tokens, max_tokens, stream, urgency, affinity } = read.data;
  const estimate = { inputTokens: input_tokens, outputTokens: max_tokens };
  return { model, ask: { model, estimate, stream, urgency, clientRetries: 0, affinityKey: () => affinity } };
};
