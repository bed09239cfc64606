import type { Deployment, Failure } from '#core';
import { Refusal } from './refusal.js';
import { type RefusalScope, ruleOf, SCOPES, subjectOf } from './refusal-rule.js';
import type { ReplicaClock } from './replica-clock.js';
import type { VirtualTime } from './virtual-time.js';

/** Everything with a credential's name on it that an operator's word is good for. The provider's own overload is not. */
const OF_CREDENTIAL: readonly RefusalScope[] = ['credential', 'use', 'deployment'];

/** Who was refused what by whom, and when: the judge's own book, that the engine has no part in. */
export class RefusalBook {
  private readonly refusals = new Map<string, Refusal[]>();
  private readonly liftedAt = new Map<string, number>();

  constructor(
    private readonly clocks: readonly ReplicaClock[],
    private readonly time: VirtualTime,
  ) {}

  refused(replica: number, deployment: Deployment, failure: Failure): void {
    const rule = ruleOf(failure);
    if (!rule || rule.mostMs === 0) return;
    const subject = subjectOf(rule.scope, deployment);
    const liftedAt = this.liftedAt.get(subject) ?? Number.NEGATIVE_INFINITY;
    const refusal = new Refusal(this.time.now, replica, rule, { liftedAt, clocks: this.clocks });
    const others = this.of(subject).filter((other) => !refusal.covers(other));
    this.refusals.set(subject, [...others, refusal]);
  }

  /** The upstream knew whose request it was, that was sent then: the credential is good. */
  accepted(replica: number, deployment: Deployment, startedAt: number): void {
    const subject = subjectOf('credential', deployment);
    const refusals = this.of(subject);
    if (!refusals.some(({ at }) => at <= startedAt)) return;
    for (const refusal of refusals) refusal.proven(replica, startedAt, this.time.now);
    this.liftedAt.set(subject, this.time.now);
  }

  /** An operator has taken the credential of this deployment back into use. */
  enabled(replica: number, deployment: Deployment): void {
    for (const scope of OF_CREDENTIAL) {
      const subject = subjectOf(scope, deployment);
      for (const refusal of this.of(subject)) refusal.enabled(replica, this.time.now);
      this.liftedAt.set(subject, this.time.now);
    }
  }

  /** What certainly forbids this replica to use the deployment now. */
  forbids(replica: number, deployment: Deployment): string | undefined {
    if (this.refusals.size === 0) return undefined;
    return SCOPES.map((scope) => subjectOf(scope, deployment)).find((subject) =>
      this.of(subject).some((refusal) => refusal.isRunning(replica, this.time.now)),
    );
  }

  /** The credential was refused, and nothing has shown since that it is good again. */
  isUnproven(replica: number, deployment: Deployment): boolean {
    return this.of(subjectOf('credential', deployment)).some((refusal) => refusal.isKnown(replica, this.time.now));
  }

  /** There may be something that keeps this replica away. */
  mayHold(replica: number, deployment: Deployment): boolean {
    return SCOPES.some((scope) => this.mayHoldBy(scope, replica, deployment));
  }

  /** The credential was refused, and this replica may not know yet that it is good again. */
  isInDoubt(replica: number, deployment: Deployment): boolean {
    return this.mayHoldBy('credential', replica, deployment);
  }

  /** Somebody was ever refused anything there. */
  knows(deployment: Deployment): boolean {
    return SCOPES.some((scope) => this.of(subjectOf(scope, deployment)).length > 0);
  }

  private mayHoldBy(scope: RefusalScope, replica: number, deployment: Deployment): boolean {
    return this.of(subjectOf(scope, deployment)).some((refusal) => refusal.mayHold(replica, this.time.now));
  }

  private of(subject: string): readonly Refusal[] {
    return this.refusals.get(subject) ?? [];
  }
}
