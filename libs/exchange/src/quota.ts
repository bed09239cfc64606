import {
  type CredentialLimits,
  type Deployment,
  NO_USAGE,
  type Refusal,
  type ReportedLimit,
  type Reservation,
  type Usage,
} from '#core';
import type { Ask } from '#routing';
import type { Call } from './call.js';
import type { AttemptEnd } from './running-attempt.js';
import type { AnswerFacts } from './settled-usage.js';
import { settledUsage } from './settled-usage.js';

/** Refused requests use no tokens. */
const NOTHING_USED: Usage = { ...NO_USAGE, input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

/** A call's share of the limits of whichever credential it is tried with. Holds one at a time. */
export class Quota {
  private held: Reservation | undefined;

  constructor(
    private readonly limits: CredentialLimits,
    private readonly call: Call,
    private readonly ask: Ask,
  ) {}

  /** Takes a share of the credential's limits, where it has some. A refusal is given back; otherwise the share is held. */
  take(deployment: Deployment): Refusal | undefined | Promise<Refusal | undefined> {
    this.held = undefined;
    // Counting tokens has limits of its own upstream, which nobody comes near.
    if (!deployment.credential.limits || this.call.request.endpoint !== 'messages') return undefined;
    const answer = this.limits.reserve(deployment, this.ask.estimate, this.ask.urgency);
    return answer instanceof Promise ? answer.then((late) => this.hold(late)) : this.hold(answer);
  }

  observe(reported: readonly ReportedLimit[]): void {
    this.held?.observe(reported);
  }

  /** Nothing was sent. */
  giveBack(): void {
    this.held?.settle(undefined);
  }

  settle(end: AttemptEnd, facts: AnswerFacts | undefined): void {
    const kind = end.kind === 'failed' ? end.failure.kind : undefined;
    // Nobody was there to whom a request could have been sent.
    if (kind === 'connect') this.giveBack();
    else if (kind === 'status') this.held?.settle(NOTHING_USED);
    else this.held?.settle(settledUsage(facts, end.kind === 'answered' ? 'answered' : 'broken').usage);
  }

  private hold(answer: Reservation | Refusal): Refusal | undefined {
    if (answer.kind === 'refused') return answer;
    this.held = answer;
    return undefined;
  }
}
