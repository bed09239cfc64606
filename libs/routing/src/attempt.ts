import type { Failure, ReportedLimit } from '#core';
import type { Ask } from './chooser.js';
import { judge, type Outcome, type Verdict } from './outcome.js';
import type { Member } from './route-shape.js';
import type { Suspension } from './suspension.js';
import type { Target } from './target.js';

/** A probe that has not been heard of for so long is given up, and another may go. */
const SHORTEST_PROBE_MS = 5_000;
const LONGEST_PROBE_MS = 600_000;

/** Tells the other replicas that a suspension has begun, grown or ended. */
export type Announce = (suspension: Suspension) => void;

/** One request to one deployment, as far as it teaches anything: every rule of the outcome table is carried out here. */
export class Attempt {
  private readonly target: Target;
  /** Counting tokens has limits and speeds of its own, and shows nothing about the use of the model. */
  private readonly countsTokens: boolean;
  private okStamp: number | undefined;
  private throttleStamp: number | undefined;
  private isOver = false;

  constructor(
    readonly member: Member,
    private readonly ask: Ask,
    private readonly startedAt: number,
    private readonly announce: Announce,
  ) {
    const { target } = member;
    this.target = target;
    const { connectMs, firstByteMs } = member.deployment.provider.timeouts;
    const leaseMs = Math.min(LONGEST_PROBE_MS, Math.max(SHORTEST_PROBE_MS, connectMs + firstByteMs));
    const { credential } = target.shared.suspensions;
    target.inFlight++;
    this.countsTokens = ask.endpoint === 'count_tokens';
    if (this.countsTokens) return;
    if (target.breaker.wantsProbe(startedAt)) target.breaker.probe.take(this, startedAt, leaseMs);
    if (credential.wantsProbe(startedAt)) credential.probe.take(this, startedAt, leaseMs);
    target.pacerAt(startedAt).sent(startedAt, ask.urgency);
  }

  reported(now: number, limits: readonly ReportedLimit[]): void {
    if (!this.countsTokens) this.target.headroom.observe(now, limits);
  }

  firstByte(now: number, afterMs: number): void {
    if (this.isOver || this.countsTokens) return;
    this.accept(now);
    if (this.ask.stream) this.target.firstByte.observe(now, this.believable(afterMs), this.ask.estimate.inputTokens);
  }

  /** Returns the verdict, when there is one. */
  settle(now: number, outcome: Outcome): Verdict | undefined {
    if (this.isOver) return undefined;
    this.isOver = true;
    this.target.inFlight--;
    if (this.okStamp === undefined) this.learnFromSilence(now, outcome);
    const verdict = this.learn(now, outcome);
    this.target.breaker.probe.free(this);
    this.target.shared.suspensions.credential.probe.free(this);
    return verdict;
  }

  private learn(now: number, outcome: Outcome): Verdict | undefined {
    switch (outcome.kind) {
      case 'answered':
        if (outcome.local === true) return undefined;
        this.accept(now);
        if (!this.countsTokens) this.target.breaker.completed(this.startedAt);
        return undefined;
      case 'failed':
        return this.fail(now, outcome.failure);
      case 'limited':
        this.target.ownLimit.refused(now, this.ask.urgency, outcome);
        return undefined;
      case 'abandoned':
      case 'unfit':
        return undefined;
    }
  }

  /** Callers may leave sooner than the upstream's time is up. That is nobody's failure, but it tells how slow it was at least. */
  private learnFromSilence(now: number, outcome: Outcome): void {
    const wasSilent = outcome.kind === 'failed' && outcome.failure.kind === 'first-byte-timeout';
    if (!this.ask.stream || (outcome.kind !== 'abandoned' && !wasSilent)) return;
    const waitedMs = this.believable(now - this.startedAt);
    this.target.firstByte.observeAtLeast(now, waitedMs, this.ask.estimate.inputTokens);
  }

  /** Nobody is waited for longer than his time is; more is the clock's doing. */
  private believable(ms: number): number {
    return Math.min(ms, this.member.deployment.provider.timeouts.firstByteMs);
  }

  private fail(now: number, failure: Failure): Verdict {
    const { deployment } = this.member;
    const { countsTokens } = this;
    const namesModel = deployment.model !== undefined;
    const verdict = judge(failure, { accepted: this.okStamp !== undefined, namesModel, countsTokens });
    if (verdict.window === 'ok') this.accept(now);
    if (verdict.window === 'fail') this.countFailure(now, verdict);
    this.suspend(now, verdict, failure);
    return verdict;
  }

  /** The upstream takes requests: said at the first byte, because an answer may last for minutes. */
  private accept(now: number): void {
    if (this.okStamp !== undefined || this.countsTokens) return;
    const { breaker, shared, suspensions } = this.target;
    const wasClosedAt = breaker.closedAt;
    this.okStamp = breaker.accepted(this.startedAt, now, breaker.probe.isHeldBy(this));
    if (breaker.closedAt !== wasClosedAt) shared.throttle.clear();
    this.throttleStamp = shared.throttle.accepted(now);
    // What was on its way before says nothing of the pace that will be.
    if (this.target.suspendedUntil <= now) this.target.pacerAt(now).accepted(now);
    for (const suspension of suspensions) if (suspension.proven(this.startedAt, now)) this.announce(suspension);
  }

  private countFailure(now: number, { consecutive, openCapMs }: Verdict): void {
    const { breaker, shared } = this.target;
    const { startedAt, okStamp } = this;
    const phase = okStamp === undefined ? 'unanswered' : 'cut';
    const isProbe = breaker.probe.isHeldBy(this);
    breaker.failed(now, { startedAt, okStamp, isProbe, inRow: consecutive === 1 ? phase : undefined, openCapMs });
    if (this.throttleStamp !== undefined) shared.throttle.takeBack(this.throttleStamp, now);
    shared.throttle.refused(now);
  }

  private suspend(now: number, { suspends }: Verdict, { status, dimension, retryAfterMs }: Failure): void {
    if (!suspends) return;
    const { shared } = this.target;
    const { kind, scope, length } = suspends;
    if (scope === 'credential-model' || scope === 'provider-model')
      this.target.pacerAt(now).refused(now, this.startedAt);
    // A limit is kept for those who have been let in.
    const { credential } = shared.suspensions;
    if (scope === 'credential-model' && credential.proven(this.startedAt, now)) this.announce(credential);
    const reason = dimension === undefined ? String(status) : `${status} ${dimension}`;
    const imposition = { kind, reason, length, toldMs: retryAfterMs, startedAt: this.startedAt };
    if (shared.suspensions[scope].impose(now, imposition)) this.announce(shared.suspensions[scope]);
  }
}
