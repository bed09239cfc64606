import type { Deployment } from '#core';
import {
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { Call, Settlement } from './call.js';
import type { AttemptTrace, CallTrace, TraceHeaders } from './call-trace.js';
import type { AttemptEnd } from './running-attempt.js';
import type { AnswerFacts } from './settled-usage.js';

/**
 * One server span a call and one client span an attempt, made by hand: an instrumentation of everything would cost
 * several times as much and would say less.
 * Attributes: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export class RecordedTrace implements CallTrace {
  readonly id: string;
  private readonly span: Span;
  private readonly context: Context;

  constructor(
    private readonly tracer: Tracer,
    name: string,
    headers: TraceHeaders,
  ) {
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    this.span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
    this.context = trace.setSpan(parent, this.span);
    this.id = this.span.spanContext().traceId;
  }

  attempt(call: Call, deployment: Deployment, headers: Record<string, string>): AttemptTrace {
    const model = deployment.model ?? call.request.model;
    const span = this.tracer.startSpan(`${call.request.endpoint} ${model}`, { kind: SpanKind.CLIENT }, this.context);
    if (span.isRecording())
      span.setAttributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': deployment.provider.name,
        'gen_ai.request.model': model,
        'url.full': deployment.provider.baseUrl,
        'switchyard.deployment': deployment.id,
      });
    propagation.inject(trace.setSpan(this.context, span), headers);
    return new RecordedAttempt(span);
  }

  end({ call, status, error, outcome, attempts }: Settlement): void {
    if (this.span.isRecording()) {
      this.span.setAttributes({
        'http.request.method': 'POST',
        'gen_ai.request.model': call.request.model,
        'switchyard.request_id': call.requestId,
        'switchyard.workspace': call.key.workspace,
        'switchyard.key': call.key.name,
        'switchyard.route': call.route.name,
        'switchyard.outcome': outcome,
        'switchyard.attempts': attempts.map(({ deployment, outcome }) => `${deployment.id}=${outcome}`),
      });
      if (status !== undefined) this.span.setAttribute('http.response.status_code', status);
      if (error) this.span.setAttribute('error.type', error.error.type);
      if (error && error.status >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

class RecordedAttempt implements AttemptTrace {
  constructor(private readonly span: Span) {}

  end(end: AttemptEnd, { usage, stopReason }: AnswerFacts): void {
    if (this.span.isRecording()) {
      if (usage.input !== null) this.span.setAttribute('gen_ai.usage.input_tokens', usage.input);
      if (usage.output !== null) this.span.setAttribute('gen_ai.usage.output_tokens', usage.output);
      if (usage.cacheRead !== null) this.span.setAttribute('gen_ai.usage.cache_read.input_tokens', usage.cacheRead);
      if (stopReason !== null) this.span.setAttribute('gen_ai.response.finish_reasons', [stopReason]);
      if (end.kind === 'failed') {
        const { status, kind } = end.failure;
        if (status !== undefined) this.span.setAttribute('http.response.status_code', status);
        this.span.setAttribute('error.type', status === undefined ? kind : String(status));
        this.span.setStatus({ code: SpanStatusCode.ERROR });
      }
    }
    this.span.end();
  }
}
