import type { Settlement } from '#exchange';
import type { ApiError } from '#core';
import type { Logger } from '#platform';
import { type CallMetrics, causeOf, logCall } from '#replica';
import type { FastifyRequest } from 'fastify';

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
    logCall(this.logger, settlement);
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
