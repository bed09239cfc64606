import { ApiError } from '#core';
import { z } from 'zod';
import { Fields } from './fields.js';
import { scanBody } from './scan-body.js';

const SHORTEST_S = 60;
const LONGEST_S = 24 * 60 * 60;

const wishes = z.strictObject({
  webhook_url: z.string().nullish(),
  expires_in_seconds: z.int().min(SHORTEST_S).max(LONGEST_S).nullish(),
  priority: z.enum(['interactive', 'normal', 'background']).nullish(),
});

/** A job as it was handed in. */
export interface JobRequest {
  /** The bytes of the Messages request, as they were sent. */
  params: Buffer;
  webhookUrl: string | undefined;
  expiresInMs: number | undefined;
  priority: 'interactive' | 'normal' | 'background' | undefined;
}

const inMilliseconds = (seconds: number | null | undefined): number | undefined =>
  typeof seconds === 'number' ? seconds * 1000 : undefined;

const invalid = (message: string): ApiError => new ApiError('invalid_request_error', message);

/**
 * Reads the body of `POST /v1/messages/jobs`. `params` stay bytes: a request may be large, and thinking signatures and cache
 * hits depend on every one of them. Throws the 400 that names the field.
 */
export const readJobRequest = (body: Buffer): JobRequest => {
  const scan = scanBody(body);
  const fields = new Fields(body, scan);
  const params = fields.find('params');
  if (!params) throw invalid('params: Field required');
  const others = scan.members.map(({ key }) => key).filter((key) => key !== 'params');
  const read = wishes.safeParse(Object.fromEntries(others.map((key) => [key, fields.value(key)])));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(
      issue?.code === 'unrecognized_keys'
        ? `${issue.keys[0]}: Extra inputs are not permitted`
        : `${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  const { webhook_url, expires_in_seconds, priority } = read.data;
  return {
    params: body.subarray(params.valueStart, params.valueEnd),
    webhookUrl: webhook_url ?? undefined,
    expiresInMs: inMilliseconds(expires_in_seconds),
    priority: priority ?? undefined,
  };
};
