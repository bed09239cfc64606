import type { Deployment } from '#core';
import { propagation, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { Call } from './call.js';
import type { AttemptEnd } from './running-attempt.js';
import type { AnswerFacts } from './settled-usage.js';

/** Makes the client span of each attempt, by hand: two attributes sets a span cost less than any instrumentation. */
export class AttemptSpans {
  constructor(private readonly tracer: Tracer) {}

  /** Opens the span and writes its context (`traceparent`, `tracestate`) into the request's headers. */
  start(call: Call, deployment: Deployment, headers: Record<string, string>): AttemptSpan {
    const span = this.tracer.startSpan(
      `${call.request.endpoint} ${call.route.name}`,
      { kind: SpanKind.CLIENT },
      call.context,
    );
    if (span.isRecording())
      span.setAttributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': deployment.provider.name,
        'gen_ai.request.model': deployment.model ?? call.request.model,
        'server.address': deployment.provider.baseUrl,
        'switchyard.deployment': deployment.id,
      });
    propagation.inject(trace.setSpan(call.context, span), headers);
    return new AttemptSpan(span);
  }
}

export class AttemptSpan {
  constructor(private readonly span: Span) {}

  end(end: AttemptEnd, facts: AnswerFacts): void {
    if (this.span.isRecording()) {
      const { input, output, cacheRead } = facts.usage;
      if (input !== null) this.span.setAttribute('gen_ai.usage.input_tokens', input);
      if (output !== null) this.span.setAttribute('gen_ai.usage.output_tokens', output);
      if (cacheRead !== null) this.span.setAttribute('gen_ai.usage.cache_read.input_tokens', cacheRead);
      if (facts.stopReason !== null) this.span.setAttribute('gen_ai.response.finish_reasons', [facts.stopReason]);
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
