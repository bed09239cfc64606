import { randomBytes } from 'node:crypto';
import type { Tracer } from '@opentelemetry/api';
import type { Line, Manifest } from '#batches';
import { ApiError, type CallerKey, mintId, type OutboundRequest, type Urgency } from '#core';
import { affinityKey, readMessagesRequest } from '#dialects';
import { type Call, PassingTrace, RecordedTrace } from '#exchange';
import { type Config, matchesPattern, randomByte } from '#platform';
import { checkBatchParams, effectiveParams } from './batch-params.js';
import { streamedParams } from './streamed-params.js';

/** Whether somebody waits for the answer. */
export const urgencyOf = ({ kind, priority }: Pick<Manifest, 'kind' | 'priority'>): Urgency =>
  kind === 'job' && priority !== 'background' ? 'interactive' : 'batch';

const read = (body: Buffer, { headers }: Manifest): OutboundRequest =>
  readMessagesRequest({ endpoint: 'messages', body, headers });

/** A batch's line is answered as a whole; a job's answer is streamed, for those who watch. */
const requestOf = ({ work, params }: Line): OutboundRequest => {
  const request = read(params, work);
  if (work.kind === 'job') return request.stream ? request : read(streamedParams(request), work);
  checkBatchParams(request);
  const effective = effectiveParams(request);
  return effective === request.body ? request : read(effective, work);
};

/** From a line to a call that the exchange can take, as `admission.ts` of the gateway does from an HTTP request. */
export class LineAdmission {
  constructor(
    private readonly config: () => Config,
    private readonly tracer: Tracer | undefined,
    /** Monotonic milliseconds. */
    private readonly now: () => number,
  ) {}

  /** Throws the `ApiError` of whatever keeps the line from being a call. Anew for each try: a call lets go of its request. */
  admit(line: Line): Call {
    const { work } = line;
    const key = this.keyOf(work);
    const request = requestOf(line);
    if (key.models && !key.models.some((pattern) => matchesPattern(pattern, request.model)))
      throw new ApiError('permission_error', `The key "${key.name}" may not use the model "${request.model}".`);
    const route = this.config().catalog.find(request.model);
    if (!route) throw new ApiError('not_found_error', `model: ${request.model}`);
    const headers = { ...work.headers, traceparent: work.traceparent };
    return {
      requestId: mintId('req', randomByte),
      key,
      request,
      route,
      receivedAt: this.now(),
      trace: this.tracer ? new RecordedTrace(this.tracer, `${work.kind} line`, headers) : new PassingTrace(headers),
      urgency: urgencyOf(work),
      clientRetries: 0,
      affinityKey: () => affinityKey(request, { route, workspace: work.workspace, headers }),
    };
  }

  /**
   * The submitter's key as it is now. Work that was accepted goes on when its key has been removed since, as it does when the key has
   * expired: to end it is what canceling is for. It may use what it could when it was submitted then, and nothing more.
   */
  private keyOf({ key: name, workspace, models }: Manifest): CallerKey {
    const known = this.config().keys.find((key) => key.name === name && key.workspace === workspace);
    return known ?? { name, workspace, digest: randomBytes(32), models, expiresAt: undefined };
  }
}
