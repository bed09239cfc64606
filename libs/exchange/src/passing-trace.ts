import { randomUUID } from 'node:crypto';
import type { Deployment } from '#core';
import type { Call } from './call.js';
import type { AttemptTrace, CallTrace, TraceHeaders } from './call-trace.js';

/** Version, trace id, parent id, flags; an id of zeros is no id. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

const NOTHING: AttemptTrace = { end: () => undefined };

/** 122 random bits are enough, and Node keeps them in store: to ask the system for 16 bytes takes longer than to find an upstream. */
const mintTraceId = (): string => randomUUID().replaceAll('-', '');

/**
 * The trace of a call that nobody records here: the caller's context travels through as it came, so that the spans on
 * both sides still join. A call without one gets an id all the same, for the log.
 */
export class PassingTrace implements CallTrace {
  readonly id: string;
  private readonly context: Record<string, string> = {};

  constructor(headers: TraceHeaders) {
    const { traceparent, tracestate } = headers;
    const id = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
    this.id = id ?? mintTraceId();
    if (id !== undefined && typeof traceparent === 'string') this.context.traceparent = traceparent;
    if (id !== undefined && typeof tracestate === 'string') this.context.tracestate = tracestate;
  }

  attempt(_call: Call, _deployment: Deployment, headers: Record<string, string>): AttemptTrace {
    Object.assign(headers, this.context);
    return NOTHING;
  }

  end(): void {
    // Nothing was recorded.
  }
}
