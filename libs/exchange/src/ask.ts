import type { Ask } from '#routing';
import type { Call } from './call.js';

/**
 * Output that is reckoned with before it is known. `max_tokens` is an upper bound that few answers come near: to reserve all of
 * it would leave most of a credential's limit unused.
 */
const LIKELY_OUTPUT = 1024;

/** What routing is told of a call. */
export const askOf = (call: Call): Ask => {
  const { request, urgency, clientRetries } = call;
  return {
    model: request.model,
    estimate: { inputTokens: request.estimatedInput(), outputTokens: Math.min(request.maxTokens, LIKELY_OUTPUT) },
    endpoint: request.endpoint,
    stream: request.stream,
    urgency,
    clientRetries,
    affinityKey: () => call.affinityKey(),
  };
};
