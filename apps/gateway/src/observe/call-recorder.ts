import type { Settlement } from '#exchange';
import type { ApiError } from '#core';
import type { Logger } from '#platform';
import type { FastifyRequest } from 'fastify';
import type { CallMetrics } from './call-metrics.js';

/** Where every call ends: one log line, its metrics, its span. Holds no prompt, no answer and no secret. */
export class CallRecorder {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: CallMetrics,
  ) {}

  /** A call that went through the exchange. */
  settled(settlement: Settlement): void {
    settlement.call.trace.end(settlement);
    this.metrics.settled(settlement);
    const { call, attempts, outcome, error, usage } = settlement;
    this.logger[outcome === 'broken' || settlement.status === 500 ? 'warn' : 'info']({
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
  }

  /** A request that was answered with an error before it became a call. */
  refused(request: FastifyRequest, error: ApiError): void {
    this.metrics.refused(error);
    this.logger[error.status >= 500 ? 'error' : 'info']({
      msg: 'refused',
      request_id: request.id,
      key: request.caller?.name,
      method: request.method,
      // The registered path: the one that was asked for may hold anything.
      path: request.routeOptions.url,
      status: error.status,
      error_type: error.error.type,
      error_cause: causeOf(error),
    });
  }
}

const round = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 100) / 100;

/** A cause may quote a request, so only its code is told, or the stack of a fault of our own. */
const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.name) : undefined;

const causeOf = (error: ApiError | undefined): string | undefined =>
  error?.cause instanceof Error && error.status === 500 ? error.cause.stack : codeOf(error?.cause);
