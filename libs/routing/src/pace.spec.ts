import { describe, expect, it } from '@jest/globals';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, Running, VirtualEngine } from './virtual-time.js';

/** A refusal is quick, whatever an answer takes. */
const REFUSAL_MS = 20;
const STEP_MS = 10;

/** An upstream that takes so many requests a second, from a bucket of one second's worth. */
class Throttling {
  private tokens: number;
  private at = 0;

  constructor(private readonly perSecond: number) {
    this.tokens = perSecond;
  }

  takes(now: number): boolean {
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}

interface Manners {
  answerMs: number;
  /** What a refusal tells. */
  retryAfterMs: number | undefined;
}

/** Works through a batch: sends as soon as it may, one request at a time. */
class Worker {
  private running: { attempt: Running; isTaken: boolean } | undefined;
  private freeAt = 0;

  constructor(
    private readonly virtual: VirtualEngine,
    private readonly upstream: Throttling,
    private readonly manners: Manners,
  ) {}

  /** Returns how many requests it sent: one or none. */
  step(): number {
    const { virtual } = this;
    if (virtual.now < this.freeAt) return 0;
    this.finish();
    const plan = virtual.engine.plan(only, anAsk({ urgency: 'batch' }));
    const choice = plan.next();
    if (choice.kind === 'try') {
      const isTaken = this.upstream.takes(virtual.now);
      this.running = { attempt: new Running(plan, choice.deployment), isTaken };
      this.freeAt = virtual.now + (isTaken ? this.manners.answerMs : REFUSAL_MS);
      return 1;
    }
    this.freeAt = virtual.now + ((choice.kind === 'wait' ? choice.ms : choice.retryAfterMs) ?? 1_000);
    return 0;
  }

  private finish(): void {
    const { running, manners } = this;
    this.running = undefined;
    if (!running) return;
    const { attempt, isTaken } = running;
    if (isTaken) attempt.firstByte(manners.answerMs);
    attempt.settle(isTaken ? ANSWERED : failed(429, { retryAfterMs: manners.retryAfterMs }));
  }
}

const only = aRoute([aDeployment('a')]);

/** Requests sent in each second by so many workers that could send a hundred. */
const push = (seconds: number, manners: Manners, seed: number): number[] => {
  const virtual = new VirtualEngine(seed);
  const upstream = new Throttling(20);
  const workers = Array.from({ length: manners.answerMs / 10 }, () => new Worker(virtual, upstream, manners));
  return Array.from({ length: seconds }, () => {
    let sent = 0;
    for (const until = virtual.now + 1_000; virtual.now < until; virtual.now += STEP_MS)
      for (const worker of workers) sent += worker.step();
    return sent;
  });
};

describe('the pace of batches', () => {
  it.each([100, 500, 3_000].flatMap((answerMs) => [undefined, 500, 1_000].map((told) => [answerMs, told] as const)))(
    'settles within 15 s where the upstream throttles at 20 a second (answers after %s ms, retry-after %s)',
    (answerMs, retryAfterMs) => {
      const rates: number[] = [];
      for (let seed = 1; seed <= 20; seed++) {
        const sent = push(45, { answerMs, retryAfterMs }, seed).slice(15);
        const perSecond = sent.reduce((sum, count) => sum + count, 0) / sent.length;
        rates.push(perSecond);
      }
      expect(Math.min(...rates)).toBeGreaterThanOrEqual(14);
      expect(Math.max(...rates)).toBeLessThanOrEqual(24);
    },
  );

  it('is not limited before anything has been refused', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 1_000; call++)
      expect(virtual.begin(only, { urgency: 'batch' })?.deployment).toBe(only.deployments[0]);
  });

  it('makes batches wait, and nobody else', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 50; call++) {
      virtual.now += 100;
      virtual.call(only, () => ANSWERED);
    }
    virtual.call(only, () => failed(429, { retryAfterMs: 100 }));
    virtual.now += 400;
    const batch = Array.from({ length: 50 }, () => virtual.peek(only, { urgency: 'batch' }).kind);
    expect(new Set(batch)).toEqual(new Set(['try', 'wait']));
    expect(virtual.peek(only)).toMatchObject({ kind: 'try' });
  });
});
