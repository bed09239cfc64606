import { ApiError, applyEdits, memberRemovals, type OutboundRequest } from '#core';

/** What a line of a batch may not ask for, and what is said to it. https://platform.claude.com/docs/en/build-with-claude/batch-processing */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['speed', 'is not available in batches'],
  ['fallbacks', 'are not available in batches'],
  ['thread', 'is not available in batches'],
]);

/** Taken, and of no effect. */
const IGNORED = new Set(['fallback_credit_token']);

const refuse = (message: string): never => {
  throw new ApiError('invalid_request_error', message);
};

const memberOf = ({ body, scan }: OutboundRequest, name: string): unknown => {
  const member = scan.last(name);
  return member && JSON.parse(body.toString('utf8', member.valueStart, member.valueEnd));
};

/** Throws the `ApiError` of a request that cannot be a batch's. It has been read as a request of its own before. */
export const checkBatchParams = (request: OutboundRequest): void => {
  if (request.stream) refuse('stream: is not available in batches; leave it out');
  if (request.maxTokens === 0) refuse('max_tokens: must be at least 1 in batches');
  for (const { key } of request.scan.members) if (FORBIDDEN.has(key)) refuse(`${key}: ${FORBIDDEN.get(key)}`);
  const billing = memberOf(request, 'billing_policy');
  if (typeof billing === 'object' && billing !== null && 'bill_to' in billing && billing.bill_to === 'user_profile')
    refuse('billing_policy.bill_to: user_profile is not available in batches');
};

/** The bytes of the request without what has no effect in a batch; the very same where there is nothing of it. */
export const effectiveParams = ({ body, scan }: OutboundRequest): Buffer => {
  const edits = memberRemovals(scan, ({ key }) => IGNORED.has(key));
  return edits.length === 0 ? body : applyEdits(body, edits);
};
