import type { Answer } from './answer/answer.js';
import { type Prompt, promptTokens } from './answer/prompt.js';
import type { Call } from './call.js';
import type { Rate, Taken } from './rate-buckets.js';
import { Refusal } from './refusal.js';

const SECOND = 1_000;
const MINUTE = 60_000;

/** The directives that limit, what they count, and over how long. */
const LIMITS = {
  rpm: { words: 'requests per minute', periodMs: MINUTE },
  rps: { words: 'requests per second', periodMs: SECOND },
  'input-tpm': { words: 'input tokens per minute', periodMs: MINUTE },
  'output-tpm': { words: 'output tokens per minute', periodMs: MINUTE },
};

type LimitName = keyof typeof LIMITS;

interface Asked {
  key: string;
  rate: Rate;
}

/** The bucket that a directive asks for: of the call's key, of the limit itself, and of the label. */
const askedBucket = ({ directives, entry }: Call, name: LimitName): Asked | undefined => {
  const limit = directives[name];
  if (limit === undefined) return undefined;
  const key = `${entry.credential}\n${name}=${limit}\n${directives.label ?? ''}`;
  return { key, rate: { limit, periodMs: LIMITS[name].periodMs } };
};

const refused = (call: Call, name: LimitName, { limit, retryAfterSeconds }: Taken): Refusal => {
  call.outcome = 'faulted';
  const message = `This request would exceed the rate limit of ${limit} ${LIMITS[name].words}.`;
  // A throttle that counts seconds has no figure to tell that would not be too long.
  const headers = name === 'rps' ? undefined : { 'retry-after': String(retryAfterSeconds) };
  return new Refusal(429, 'rate_limit_error', message, headers);
};

/** Takes `amount` from the bucket. Throws `Refusal` when it is not there. */
const take = (call: Call, name: LimitName, amount: number): Taken | undefined => {
  const bucket = askedBucket(call, name);
  if (!bucket) return undefined;
  const { buckets, settings } = call.simulation;
  const taken = buckets.take(bucket.key, bucket.rate, amount, settings.now());
  if (name !== 'rps') call.quota[name] = taken;
  if (!taken.allowed) throw refused(call, name, taken);
  return taken;
};

/** Counts the request. Throws the 429 of `rpm` or `rps`. */
export const takeRequest = (call: Call): void => {
  take(call, 'rpm', 1);
  take(call, 'rps', 1);
};

/** Reserves the prompt's tokens, and sees whether there are any left for an answer. Throws the 429 of `input-tpm` or `output-tpm`. */
export const takeTokens = (call: Call, prompt: Prompt): void => {
  if (call.directives['input-tpm'] !== undefined) take(call, 'input-tpm', promptTokens(prompt.sections));
  take(call, 'output-tpm', 1);
};

const settle = (call: Call, name: 'input-tpm' | 'output-tpm', amount: number): void => {
  const bucket = askedBucket(call, name);
  if (!bucket) return;
  const { buckets, settings } = call.simulation;
  call.quota[name] = buckets.settle(bucket.key, bucket.rate, amount, settings.now());
};

/** Gives back the input that was read from a cache, which counts for no limit, and takes the output. */
export const settleTokens = (call: Call, { usage }: Answer): void => {
  settle(call, 'input-tpm', -usage.read);
  settle(call, 'output-tpm', usage.output - 1);
};
