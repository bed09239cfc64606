import { randomBytes } from 'node:crypto';
import type { Settlement } from '#exchange';
import {
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';

/**
 * The context of a caller's `traceparent`, or of a new trace that nobody records: a trace id is worth having in logs
 * and at the upstream even when no span is exported.
 * https://www.w3.org/TR/trace-context/
 */
const contextOf = (headers: Readonly<Record<string, unknown>>): Context => {
  const context = propagation.extract(ROOT_CONTEXT, headers);
  const span = trace.getSpanContext(context);
  if (span && isSpanContextValid(span)) return context;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    traceFlags: TraceFlags.NONE,
    isRemote: false,
  });
};

/** The server span of one call. */
export class ServerSpan {
  readonly context: Context;
  readonly traceId: string;
  private readonly span: Span;

  constructor(tracer: Tracer, name: string, headers: Readonly<Record<string, unknown>>) {
    const parent = contextOf(headers);
    this.span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
    this.context = trace.setSpan(parent, this.span);
    this.traceId = this.span.spanContext().traceId;
  }

  end(settlement: Settlement): void {
    if (this.span.isRecording()) {
      const { call, status, error, outcome, attempts } = settlement;
      this.span.setAttributes({
        'http.request.method': 'POST',
        'http.response.status_code': status ?? 499,
        'gen_ai.request.model': call.request.model,
        'switchyard.request_id': call.requestId,
        'switchyard.workspace': call.key.workspace,
        'switchyard.key': call.key.name,
        'switchyard.route': call.route.name,
        'switchyard.outcome': outcome,
        'switchyard.attempts': attempts.map(({ deployment, outcome }) => `${deployment.id}=${outcome}`),
      });
      if (error) this.span.setAttribute('error.type', error.error.type);
      if (error && error.status >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}
