import { describe, expect, it } from '@jest/globals';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, Running, VirtualEngine } from './virtual-time.js';

const ANSWER_MS = 100;
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

/** Works through a batch: sends as soon as it may, one request at a time. */
class Worker {
  private running: Running | undefined;
  private freeAt = 0;

  constructor(
    private readonly virtual: VirtualEngine,
    private readonly upstream: Throttling,
    private readonly retryAfterMs: number | undefined,
  ) {}

  /** Returns how many requests it sent: one or none. */
  step(): number {
    const { virtual } = this;
    if (virtual.now < this.freeAt) return 0;
    this.finish();
    const plan = virtual.engine.plan(only, anAsk({ urgency: 'batch' }));
    const choice = plan.next();
    if (choice.kind === 'try') {
      this.running = new Running(plan, choice.deployment);
      this.freeAt = virtual.now + ANSWER_MS;
      return 1;
    }
    this.freeAt = virtual.now + ((choice.kind === 'wait' ? choice.ms : choice.retryAfterMs) ?? 1_000);
    return 0;
  }

  private finish(): void {
    const { running, virtual, retryAfterMs } = this;
    this.running = undefined;
    if (!running) return;
    const taken = this.upstream.takes(virtual.now);
    if (taken) running.firstByte(ANSWER_MS);
    running.settle(taken ? ANSWERED : failed(429, { retryAfterMs }));
  }
}

const only = aRoute([aDeployment('a')]);

/** Requests sent in each second by sixteen workers. */
const push = (seconds: number, retryAfterMs: number | undefined, seed: number): number[] => {
  const virtual = new VirtualEngine(seed);
  const upstream = new Throttling(20);
  const workers = Array.from({ length: 16 }, () => new Worker(virtual, upstream, retryAfterMs));
  return Array.from({ length: seconds }, () => {
    let sent = 0;
    for (const until = virtual.now + 1_000; virtual.now < until; virtual.now += STEP_MS)
      for (const worker of workers) sent += worker.step();
    return sent;
  });
};

describe('the pace of batches', () => {
  it.each([undefined, 500, 1_000])(
    'settles within 15 s where the upstream throttles at 20 a second (retry-after %s)',
    (ms) => {
      const rates: number[] = [];
      for (let seed = 1; seed <= 20; seed++) {
        const sent = push(45, ms, seed).slice(15);
        const perSecond = sent.reduce((sum, count) => sum + count, 0) / sent.length;
        rates.push(perSecond);
      }
      expect(Math.min(...rates)).toBeGreaterThanOrEqual(10);
      expect(Math.max(...rates)).toBeLessThanOrEqual(30);
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
