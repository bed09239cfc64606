import type { Limits, Refusal, ReportedLimit, Reservation, Urgency, Usage } from '#core';
import type { RedisLink } from '../redis/redis-link.js';
import { type Amounts, amounts, RATES, type Rate, usedOf } from './amounts.js';
import { burstOf } from './burst.js';
import { type Ceiling, ceilings, lowest } from './ceilings.js';
import { GrantedShare, type Lender } from './granted-share.js';
import { Holdings } from './holdings.js';
import { KnownBucket } from './known-bucket.js';
import { callForLease, type LeaseAnswer } from './lease-call.js';
import { type LeaseAsk, LeasePlan } from './lease-plan.js';
import { OwnShare, type OwnShareRules } from './own-share.js';
import { RefusalMemory } from './refusal-memory.js';
import { longest, NO_PLACE, refusalOf, type Shortage } from './shortage.js';

/** What every credential of a replica shares. */
export interface ShareSurroundings extends OwnShareRules {
  link: RedisLink;
  /** Another with each start of a process. */
  self: string;
}

interface Waiter {
  need: Amounts;
  resolve: (answer: Reservation | Refusal) => void;
}

/** However many calls begin and end, the balance is looked after no more often. */
const BALANCE_EVERY_MS = 100;

/** One credential's limits, as one replica keeps them. */
export class CredentialShare implements Lender {
  private readonly holdings: Holdings;
  private readonly plan: LeasePlan;
  private readonly ownShare: OwnShare;
  private readonly known = new KnownBucket();
  private readonly refused = { interactive: new RefusalMemory(), batch: new RefusalMemory() };
  private readonly waiting: Record<Urgency, Waiter[]> = { interactive: [], batch: [] };
  private balancedAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  /** The most that an upstream has said is left, until the others have been told. */
  private ceiling: Ceiling = {};

  constructor(
    private readonly account: string,
    limits: Limits,
    private readonly around: ShareSurroundings,
  ) {
    this.holdings = new Holdings(limits);
    this.plan = new LeasePlan(this.holdings);
    this.ownShare = new OwnShare(this.holdings, this.known, around);
  }

  set limits(limits: Limits) {
    this.holdings.limits = limits;
  }

  /** Whether it can be forgotten: nothing held, and nothing sent for a while. */
  get idle(): boolean {
    return this.holdings.empty && !this.plan.isActive(this.around.now());
  }

  reserve(need: Amounts, urgency: Urgency): Reservation | Refusal | Promise<Reservation | Refusal> {
    if (this.around.link.state === 'away') return this.reserveAlone(need, urgency);
    if (urgency === 'interactive' && this.holdings.hasToSpare(need)) {
      const granted = this.grant(need, urgency);
      this.balance();
      return granted;
    }
    return this.refused[urgency].recall(need, this.around.now()) ?? this.ask(need, urgency);
  }

  observe(reported: readonly ReportedLimit[], reservedAt: number): void {
    const { limits } = this.holdings;
    const now = this.around.now();
    const most = ceilings(reported, limits, now - reservedAt);
    for (const rate of this.holdings.limited) {
      const ceiling = most[rate] ?? Infinity;
      if (ceiling >= this.known.level(rate, limits, now) + this.holdings.of(rate)) continue;
      this.holdings.lower(rate, ceiling);
      this.ceiling[rate] = Math.min(ceiling, this.ceiling[rate] ?? Infinity);
      this.balance();
    }
  }

  settle(reserved: Amounts, used: Usage | undefined): void {
    const spent = usedOf(used, reserved);
    const back = amounts((rate) => reserved[rate] - spent[rate]);
    for (const rate of RATES) this.holdings.add(rate, back[rate]);
    this.holdings.busy--;
    this.refused.interactive.ended(back);
    this.refused.batch.ended(back);
    this.balance();
  }

  /** Once a second: keeps the lease alive, and gives back what is not needed any more. */
  tick(): void {
    if (this.around.link.state === 'up' && !this.holdings.empty) this.rebalance();
  }

  /** Gives back all that is not in use. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.plan.retire();
    if (!this.holdings.empty) await this.call(() => this.lease()).catch(() => undefined);
  }

  private grant(need: Amounts, urgency: Urgency): Reservation {
    const now = this.around.now();
    this.holdings.take(need);
    // Leases are for those who wait; a batch has the time to ask.
    if (urgency === 'interactive') this.plan.used(need, now);
    return new GrantedShare(this, need, now);
  }

  private reserveAlone(need: Amounts, urgency: Urgency): Reservation | Refusal {
    return this.ownShare.refuse(need, urgency) ?? this.grant(need, urgency);
  }

  /** Questions of one turn of the event loop go together. */
  private ask(need: Amounts, urgency: Urgency): Promise<Reservation | Refusal> {
    return new Promise((resolve) => {
      const waiting = this.waiting[urgency];
      waiting.push({ need, resolve });
      this.holdings.expected++;
      if (waiting.length === 1) setImmediate(() => void this.askForAll(urgency));
    });
  }

  private async askForAll(urgency: Urgency): Promise<void> {
    const waiters = this.waiting[urgency].splice(0);
    const { replicas, now, keptForInteractive: floor } = this.around;
    const needs = waiters.map(({ need }) => need);
    const around = { replicas: replicas(), now: now(), floor };
    const answer = await this.call(() => this.plan.ask(needs, urgency, around)).catch(() => undefined);
    this.holdings.expected -= waiters.length;
    // A batch does not live on what was lent for those who wait.
    const budget = urgency === 'batch' ? answer?.given : undefined;
    for (const waiter of waiters) {
      if (answer) this.serve(waiter, urgency, budget);
      else waiter.resolve(this.reserveAlone(waiter.need, urgency));
    }
  }

  private serve({ need, resolve }: Waiter, urgency: Urgency, budget: Amounts | undefined): void {
    const { limited } = this.holdings;
    const mayHave = !budget || limited.every((rate) => budget[rate] >= need[rate]);
    if (mayHave && this.holdings.covers(need)) {
      if (budget) for (const rate of limited) budget[rate] -= need[rate];
      resolve(this.grant(need, urgency));
      return;
    }
    const shortage = this.shortage(need, urgency);
    const refusal = refusalOf(shortage);
    this.refused[urgency].remember(refusal, { rate: shortage.rate, need }, this.around.now());
    resolve(refusal);
  }

  /** What a request that was not served waits for longest. */
  private shortage(need: Amounts, urgency: Urgency): Shortage {
    const { holdings, known, around } = this;
    const { limits, limited } = holdings;
    const now = around.now();
    const isBatch = urgency === 'batch';
    const missing = (rate: Rate): number => (isBatch ? need[rate] : need[rate] - holdings.of(rate));
    const wanted = (rate: Rate): number =>
      Math.max(missing(rate), isBatch ? around.keptForInteractive * burstOf(limits, rate) : 0);
    const shortages = limited
      .filter((rate) => missing(rate) > 0)
      .map((rate) => ({ rate, waitMs: known.msUntil(rate, wanted(rate), { limits, now }) }));
    const worst = longest(shortages);
    return worst && (worst.waitMs > 0 || holdings.hasPlace) ? worst : NO_PLACE;
  }

  private lease(): LeaseAsk {
    return this.plan.lease(this.around.replicas(), this.around.now());
  }

  /** Asks in the background where a request would soon have to, or where more is held than is needed. */
  private balance(): void {
    if (this.timer || this.around.link.state === 'away') return;
    const now = this.around.now();
    const pause = this.balancedAt + BALANCE_EVERY_MS - now;
    if (pause > 0) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.balance();
      }, pause).unref();
      return;
    }
    const lease = this.lease();
    const isEmpty = this.refused.interactive.recall(this.plan.typical, now) !== undefined;
    const lowered = Object.keys(this.ceiling).length > 0;
    if (lowered || this.plan.hoards(lease) || (this.plan.runsLow(lease) && !isEmpty)) this.rebalance();
  }

  private rebalance(): void {
    this.balancedAt = this.around.now();
    void this.call(() => this.lease()).catch(() => undefined);
  }

  /** `plan` is made once it is known what is held. */
  private async call(plan: () => LeaseAsk): Promise<LeaseAnswer> {
    const { holdings, account, around } = this;
    const { link, self } = around;
    const told = this.ceiling;
    const ceiling = lowest(told, this.ownShare.handOver());
    this.ceiling = {};
    try {
      const answer = await callForLease({ link, self, account }, holdings, { ...plan(), ceiling });
      this.ownShare.accepted();
      this.known.learn(answer.left, around.now());
      return answer;
    } catch (error) {
      this.ownShare.declined();
      this.ceiling = lowest(told, this.ceiling);
      throw error;
    }
  }
}
