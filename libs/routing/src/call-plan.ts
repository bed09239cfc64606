import type { Deployment, ReportedLimit } from '#core';
import { type Announce, Attempt } from './attempt.js';
import { CallMemory } from './call-memory.js';
import { type Ask, type Choice, MAX_ATTEMPTS, type NoChoice, type Plan, type RoutingPolicy } from './chooser.js';
import type { Outcome, Verdict } from './outcome.js';
import { hashOf, type TextHash } from './rendezvous.js';
import type { AttemptKind, RetryBudget } from './retry-budget.js';
import type { Member, RouteShape } from './route-shape.js';
import type { Selection, Selector } from './selector.js';
import { type Standstill, standstillOf } from './standstill.js';
import type { SteadyClock } from './steady-clock.js';
import { WaitAllowance } from './wait-allowance.js';

/** What every plan of an engine works with. */
export interface PlanTools {
  clock: SteadyClock;
  random: () => number;
  selector: Selector;
  announce: Announce;
}

/** The choices of one call. */
export class CallPlan implements Plan, Selection {
  policy: RoutingPolicy = 'only';
  /** Of the choice that is being made. */
  now = 0;

  private current: Attempt | undefined;
  private currentKind: AttemptKind = 'first';
  /** The last attempt failed on a deployment that is out of use now. */
  private isLost = false;
  private attempts = 0;
  private isOver = false;
  private budget: RetryBudget | undefined;
  private key: TextHash | undefined;
  private isKeyKnown = false;
  private readonly memory = new CallMemory();
  private readonly waits: WaitAllowance;

  constructor(
    private readonly shape: RouteShape,
    private readonly ask: Ask,
    private readonly tools: PlanTools,
  ) {
    this.waits = new WaitAllowance(shape.route.waitMs, tools.random);
  }

  get demand(): Ask {
    return this.ask;
  }

  next(): Choice {
    this.now = this.tools.clock.read();
    if (this.current) this.end({ kind: 'abandoned' });
    if (this.isOver || this.attempts >= MAX_ATTEMPTS) return this.enough();
    const member = this.choose();
    if (!member) return this.waitOrNothing();
    if (!this.affords(member)) return this.enough();
    this.begin(member);
    return { kind: 'try', deployment: member.deployment };
  }

  firstByte(deployment: Deployment, afterMs: number): void {
    if (this.current?.member.deployment === deployment) this.current.firstByte(this.tools.clock.read(), afterMs);
  }

  reported(deployment: Deployment, limits: readonly ReportedLimit[]): void {
    if (this.current?.member.deployment === deployment) this.current.reported(this.tools.clock.read(), limits);
  }

  settled(deployment: Deployment, outcome: Outcome): void {
    if (this.current?.member.deployment !== deployment) return;
    this.now = this.tools.clock.read();
    const { member } = this.current;
    const verdict = this.end(outcome);
    switch (outcome.kind) {
      case 'answered':
      case 'abandoned':
        this.isOver = true;
        break;
      case 'unfit':
        this.memory.couldNotCarry(member);
        break;
      case 'limited':
        this.memory.wasHeld(member);
        break;
      case 'failed':
        // Half an answer cannot be followed by another.
        if (outcome.hasContent === true) this.isOver = true;
        this.memory.failed(member);
        this.isLost = !member.target.isWell(this.now);
        if (verdict) this.follow(verdict, member, outcome.failure.retryAfterMs);
    }
  }

  affinity(): TextHash | undefined {
    if (!this.isKeyKnown) {
      const key = this.shape.route.affinity.by === 'none' ? undefined : this.ask.affinityKey();
      this.key = key === undefined ? undefined : hashOf(key);
      this.isKeyKnown = true;
    }
    return this.key;
  }

  excludes(member: Member): boolean {
    return this.memory.excludes(member);
  }

  ignores(member: Member): boolean {
    return this.memory.ignores(member);
  }

  /** Whoever is picked may still be spared by the throttle; then the next best is. */
  private choose(): Member | undefined {
    const { selector, random } = this.tools;
    for (;;) {
      const member = selector.select(this.shape, this);
      if (!member) return undefined;
      // Counting tokens is no use of the model, which is what is throttled.
      if (this.ask.endpoint === 'count_tokens') return member;
      const { throttle } = member.target.shared;
      const chance = throttle.chance(this.now, this.ask.urgency);
      if (chance === 0 || member.target.wantsProbe(this.now) || random() >= chance) return member;
      throttle.refused(this.now);
      this.memory.wasThrottled(throttle);
    }
  }

  /** Retries draw on the budget of the tier that was asked first, because its trouble is what causes them. */
  private affords({ tier, target }: Member): boolean {
    if (this.attempts > 0) {
      const step = { toWell: target.isWell(this.now), fromLost: this.isLost };
      const kind = this.budget?.withdraw(this.now, step);
      this.currentKind = kind ?? 'retry';
      return kind !== undefined;
    }
    if (!this.budget) tier.budget.deposit(this.now, this.ask.urgency, this.ask.clientRetries > 0);
    this.budget ??= tier.budget;
    this.currentKind = 'first';
    return true;
  }

  private begin(member: Member): void {
    this.attempts++;
    this.budget?.started(this.currentKind);
    this.shape.picks++;
    member.pickedAt = this.shape.picks;
    this.current = new Attempt(member, this.ask, this.now, this.tools.announce);
  }

  private end(outcome: Outcome): Verdict | undefined {
    const verdict = this.current?.settle(this.now, outcome);
    this.current = undefined;
    this.budget?.ended(this.currentKind, outcome.kind === 'answered' && outcome.local !== true);
    if (outcome.kind === 'unfit' || outcome.kind === 'limited') {
      this.attempts--;
      this.budget?.refund(this.currentKind);
    }
    return verdict;
  }

  private follow({ next, suspends }: Verdict, member: Member, toldMs: number | undefined): void {
    if (next === 'return') this.isOver = true;
    if (next === 'next-provider') this.memory.wasOverloaded(member);
    if (suspends?.scope === 'credential-model') this.waits.offer(member, toldMs);
  }

  private waitOrNothing(): Choice {
    const standstill = standstillOf(this.shape, this.now, this.ask, (member) => !this.memory.rulesOut(member));
    const wait = this.waits.take(standstill, this.now);
    if (!wait) return this.attempts > 0 ? this.enough() : this.nothing(standstill);
    this.isLost = false;
    this.memory.waited(wait.again);
    return { kind: 'wait', ms: wait.ms };
  }

  /** Nobody is left who could be tried instead: what was tried, if only for its fitness, is the answer. */
  private nothing({ reason, remainingMs, deployment }: Standstill): NoChoice {
    const isAnswer = deployment === undefined && this.memory.hasUnfit;
    // Nobody knows when an operator has seen to a refused credential; for the rest, nobody is sent away without a time.
    const retryAfterMs = remainingMs ?? (reason === 'unavailable' ? undefined : ANOTHER_CALL_MS);
    return { kind: 'none', reason: isAnswer ? 'tried' : reason, retryAfterMs };
  }

  /** Nothing more is tried by this call. Unless the answer is final, another one may be luckier, if only when somebody has returned. */
  private enough(): NoChoice {
    if (this.isOver) return { kind: 'none', reason: 'tried', retryAfterMs: undefined };
    const { isBlocked, remainingMs } = standstillOf(this.shape, this.now, this.ask, () => true);
    return { kind: 'none', reason: 'tried', retryAfterMs: (isBlocked ? remainingMs : undefined) ?? ANOTHER_CALL_MS };
  }
}

/** When a call has made its attempts and there are others still that another call could ask. */
const ANOTHER_CALL_MS = 1_000;
