import type { HealthMark } from '#core';
import type { Length, Scope } from './outcome.js';
import { ProbeSlot } from './probe-slot.js';

/** Longer than this an upstream's `retry-after` is not believed. */
const LONGEST_COOLDOWN_MS = 300_000;
const HOUR_MS = 3_600_000;
/** So much longer is no news: marks grow on their way round, and requests that were under way are refused one after the other. */
const NO_NEWS_MS = 1_000;
/** So long after a mark was lifted, an answer that is on its way may still bring it: no question waits longer for its answer. */
const LIFTED_MS = 1_000;

const doubled = (baseMs: number, times: number, capMs: number): number =>
  Math.min(capMs, baseMs * 2 ** Math.min(times, 20));

/**
 * Something that is not to be used for a while: a credential, its use of one model, a provider's model, a deployment.
 * Its end only ever moves away, unless it is lifted.
 */
export class Suspension {
  /** Until when. Minus infinity: it never was. */
  until = Number.NEGATIVE_INFINITY;
  kind: HealthMark['kind'] = 'cooldown';
  /** For people. */
  reason = '';
  /** Lent to the request that shows whether a credential works again. */
  readonly probe = new ProbeSlot();

  private imposedAt = Number.NEGATIVE_INFINITY;
  /** Until when, as far as the other replicas know. */
  private knownUntil = Number.NEGATIVE_INFINITY;
  private liftedAt = Number.NEGATIVE_INFINITY;
  private inARow = 0;
  /** What was forgiven for the sake of one request that was accepted, as long as it is the only one. */
  private forgiven: { inARow: number; startedAt: number } | undefined;
  private isUnproven = false;

  constructor(
    readonly subject: string,
    readonly scope: Scope,
  ) {}

  /** Why nothing may be sent now. */
  blocks(now: number): 'cooldown' | 'disabled' | 'probing' | undefined {
    if (this.until > now) return this.kind;
    return this.isUnproven && this.probe.isTaken(now) ? 'probing' : undefined;
  }

  wantsProbe(now: number): boolean {
    return this.isUnproven && this.until <= now && !this.probe.isTaken(now);
  }

  /**
   * A request sent at `startedAt` met with it. Several that met with it at once are one occasion, after which the wait grows once.
   * Returns whether that is news to others.
   */
  impose(now: number, { kind, reason, length, toldMs, startedAt }: Imposition): boolean {
    if (this.forgiven?.startedAt === startedAt) this.inARow = this.forgiven.inARow;
    this.forgiven = undefined;
    const again = startedAt >= this.imposedAt;
    const times = again ? this.inARow : Math.max(0, this.inARow - 1);
    const ms = lengthMs(length, toldMs, times);
    if (ms <= 0) return false;
    if (again) this.inARow++;
    this.imposedAt = now;
    this.isUnproven = length === 'until-probed';
    this.probe.clear();
    if (now + ms > this.until) this.extend(now + ms, kind, reason);
    const isNews = this.until > this.knownUntil + NO_NEWS_MS;
    if (isNews) this.knownUntil = this.until;
    return isNews;
  }

  /** Another replica's mark. Returns whether it was taken; just after a lifting it may be of before that, and has to be said again. */
  hear(now: number, { kind, reason, remainingMs }: HealthMark): boolean {
    if (now - this.liftedAt < LIFTED_MS) return false;
    const until = now + Math.min(remainingMs, kind === 'disabled' ? HOUR_MS : LONGEST_COOLDOWN_MS);
    this.knownUntil = Math.max(this.knownUntil, until);
    if (this.until > now && until - this.until < NO_NEWS_MS) return true;
    if (until > this.until) this.extend(until, kind === 'disabled' ? kind : 'cooldown', reason);
    if (this.scope === 'credential') this.isUnproven = true;
    if (this.inARow === 0) this.inARow = 1;
    this.imposedAt = Math.max(this.imposedAt, now);
    return true;
  }

  /**
   * A request sent at `startedAt` was accepted. Returns whether that lifts it, which others should know. An answer that has begun well
   * may still end in the same refusal. If it was the only one to begin, that is one more in the row.
   */
  proven(startedAt: number, now: number): boolean {
    if (startedAt < this.imposedAt || this.until > now) return false;
    this.forgiven = this.inARow > 0 ? { inARow: this.inARow, startedAt } : undefined;
    this.inARow = 0;
    const news = this.isUnproven;
    this.isUnproven = false;
    this.probe.clear();
    return news;
  }

  /** It is over by somebody's word, now. Returns whether it was running. */
  lift(now: number): boolean {
    const ran = this.until > now || this.isUnproven;
    this.until = Math.min(this.until, now);
    this.knownUntil = this.until;
    this.liftedAt = now;
    this.isUnproven = false;
    this.inARow = 0;
    this.forgiven = undefined;
    this.probe.clear();
    return ran;
  }

  /** As if it had never been: who comes back from it need not start slowly either. Returns whether it was running. */
  forget(now: number): boolean {
    const ran = this.lift(now);
    this.until = Number.NEGATIVE_INFINITY;
    return ran;
  }

  mark(now: number): HealthMark {
    const { subject, kind, reason } = this;
    return { subject, kind, reason, remainingMs: Math.max(0, this.until - now) };
  }

  private extend(until: number, kind: HealthMark['kind'], reason: string): void {
    this.until = until;
    this.kind = kind;
    this.reason = reason;
  }
}

/** What a failed request demands. */
export interface Imposition {
  kind: HealthMark['kind'];
  reason: string;
  length: Length;
  /** The upstream's `retry-after`. */
  toldMs: number | undefined;
  startedAt: number;
}

const lengthMs = (length: Length, toldMs: number | undefined, times: number): number => {
  const told = toldMs !== undefined && toldMs > 0 ? Math.min(toldMs, LONGEST_COOLDOWN_MS) : undefined;
  switch (length) {
    case 'told':
      return told ?? 0;
    case 'told-or-growing':
      return told ?? doubled(2_000, times, 60_000);
    case 'until-probed':
      return doubled(300_000, times, HOUR_MS);
    case 'ten-minutes':
      return 600_000;
  }
};
