import type { ApiError } from '#core';
import type { Settlement } from '#exchange';
import type { Logger } from '#platform';

/** The log line of one call. It holds no prompt, no answer and no secret. */
export const logCall = (logger: Logger, settlement: Settlement): void => {
  const { call, attempts, outcome, error, usage } = settlement;
  logger[outcome === 'broken' || settlement.status === 500 ? 'warn' : 'info']({
    msg: 'call',
    request_id: call.requestId,
    trace_id: call.trace.id,
    key: call.key.name,
    workspace: call.key.workspace,
    endpoint: call.request.endpoint,
    route: call.route.name,
    model: call.request.model,
    stream: call.request.stream,
    outcome,
    status: settlement.status,
    error_type: error?.error.type,
    error_cause: causeOf(error),
    stop_reason: settlement.stopReason,
    attempts: attempts.map(({ deployment, outcome, durationMs, firstByteMs, upstreamRequestId, failure }) => ({
      deployment: deployment.id,
      outcome,
      ms: round(durationMs),
      first_byte_ms: round(firstByteMs),
      upstream_request_id: upstreamRequestId,
      cause: codeOf(failure?.cause),
    })),
    usage,
    usage_estimated: settlement.usageEstimated || undefined,
    content_ms: round(settlement.contentMs),
    duration_ms: round(settlement.durationMs),
  });
};

const round = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 100) / 100;

/** A cause may quote a request, so only its code is told, or the stack of a fault of our own. */
const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.name) : undefined;

/** What the log may know of an error's cause. */
export const causeOf = (error: ApiError | undefined): string | undefined =>
  error?.cause instanceof Error && error.status === 500 ? error.cause.stack : codeOf(error?.cause);
