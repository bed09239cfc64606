import type { Deployment } from '#core';
import type { Call, Settlement } from './call.js';
import type { AttemptEnd } from './running-attempt.js';
import type { AnswerFacts } from './settled-usage.js';

/** A call's place in a distributed trace. https://www.w3.org/TR/trace-context/ */
export interface CallTrace {
  /** 32 hexadecimal digits: the caller's trace, or a new one. */
  readonly id: string;
  /** A request to an upstream begins. Writes the context that it travels under into its headers. */
  attempt(call: Call, deployment: Deployment, headers: Record<string, string>): AttemptTrace;
  end(settlement: Settlement): void;
}

export interface AttemptTrace {
  end(end: AttemptEnd, facts: AnswerFacts): void;
}

/** A request's headers, lower case. */
export type TraceHeaders = Readonly<Record<string, string | string[] | undefined>>;
