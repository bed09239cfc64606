import type { Limits } from '#core';
import { type Amounts, amounts, limitOf, RATES, type Rate } from './amounts.js';
import { burstOf } from './burst.js';

/** No debt closes a credential for longer than this many times what may be used at one stroke. */
const DEEPEST_DEBT = 2;

/** What this replica may use of one credential without asking anybody. Rates without a limit are never counted. */
export class Holdings {
  /** The rates that have a limit. */
  limited: readonly Rate[] = [];
  /** Concurrent calls that this replica may have under way. */
  places = 0;
  /** Calls under way. */
  busy = 0;
  /** Calls for which a place has been asked and no answer has come. */
  expected = 0;
  private readonly level = amounts(() => 0);
  private current: Limits = {};

  constructor(limits: Limits) {
    this.limits = limits;
  }

  get limits(): Limits {
    return this.current;
  }

  /** What is held and under way stays when they change. */
  set limits(limits: Limits) {
    if (limits === this.current) return;
    this.current = limits;
    this.limited = RATES.filter((rate) => limitOf(limits, rate) !== undefined);
  }

  /** Negative where more was used than reserved. */
  of(rate: Rate): number {
    return this.level[rate];
  }

  get hasPlace(): boolean {
    return this.limits.concurrency === undefined || this.busy < this.places;
  }

  /** Whether there is a place when this share of them is left to others, who leave at least one. */
  hasPlaceBut(kept: number): boolean {
    return this.limits.concurrency === undefined || this.busy < Math.max(1, Math.floor(this.places * (1 - kept)));
  }

  covers(need: Amounts): boolean {
    return this.hasPlace && this.limited.every((rate) => this.level[rate] >= need[rate]);
  }

  /** The same for a request that has not asked: what was asked for by others is not there for it. */
  hasToSpare(need: Amounts): boolean {
    return this.covers(need) && (this.limits.concurrency === undefined || this.busy + this.expected < this.places);
  }

  /** Nothing held, nothing owed and nothing under way. */
  get empty(): boolean {
    return this.busy + this.expected + this.places === 0 && this.limited.every((rate) => this.level[rate] === 0);
  }

  take(need: Amounts): void {
    this.busy++;
    for (const rate of this.limited) this.level[rate] -= need[rate];
  }

  /** What was lent, for a request that is waiting: it may be more than there usually is at one stroke. */
  lend(rate: Rate, more: number): void {
    if (limitOf(this.limits, rate) !== undefined) this.level[rate] += more;
  }

  /** What comes back, or is owed if negative. A bucket that is full stays so. */
  add(rate: Rate, more: number): void {
    if (limitOf(this.limits, rate) === undefined) return;
    this.level[rate] = Math.min(this.level[rate] + more, Math.max(this.level[rate], burstOf(this.limits, rate)));
  }

  /** Never more than so much. */
  lower(rate: Rate, most: number): void {
    this.level[rate] = Math.min(this.level[rate], Math.max(0, most));
  }

  /** Fills up with this replica's own share of what comes back in that time. */
  fill(elapsedMs: number, replicas: number): void {
    for (const rate of this.limited) {
      const most = this.ownBurst(rate, replicas);
      const level = Math.max(this.level[rate], -DEEPEST_DEBT * most);
      const back = (Math.max(0, elapsedMs) * (limitOf(this.limits, rate) ?? 0)) / 60_000 / replicas;
      // What was lent before may be more than the share; it is not taken away.
      this.level[rate] = Math.max(level, Math.min(most, level + back));
    }
    const { concurrency } = this.limits;
    if (concurrency !== undefined) this.places = Math.max(1, Math.floor(concurrency / replicas));
  }

  /** What one of so many replicas may use at one stroke; at least a request. */
  ownBurst(rate: Rate, replicas: number): number {
    return Math.max(1, burstOf(this.limits, rate) / replicas);
  }
}
