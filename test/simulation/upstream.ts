import type { Deployment, Failure } from '#core';
import { lognormal } from './random.js';
import type { VirtualTime } from './virtual-time.js';

/** Something that is wrong with an upstream for a while. Milliseconds of virtual time. */
export interface Trouble {
  from: number;
  to: number;
  kind:
    | 'error'
    | 'unreachable'
    | 'rate-limited'
    | 'overloaded'
    | 'key-refused'
    | 'model-missing'
    | 'slow'
    | 'cuts'
    | 'silent';
  /** What the upstream asks for with a 429 or 529. */
  retryAfterMs?: number;
}

export interface Asked {
  conversation: string;
  inputTokens: number;
  /** How long the answer streams once it has begun. */
  lastsMs: number;
}

/** What becomes of a request, in this order: at most one `firstByte`, then one of the others. */
export interface Answering {
  firstByte(afterMs: number): void;
  done(cached: boolean): void;
  failed(failure: Failure, afterContent: boolean): void;
}

const CACHE_MS = 5 * 60_000;

const fail = (kind: Failure['kind'], status?: number, retryAfterMs?: number): Failure => ({
  kind,
  status,
  retryAfterMs,
  error: { type: 'api_error', message: 'simulated' },
});

/** A provider's model behind one credential: answers in its own time, remembers prompts for five minutes, and has its troubles. */
export class Upstream {
  inFlight = 0;
  asked = 0;
  lastAskedAt = Number.NEGATIVE_INFINITY;
  private readonly remembered = new Map<string, number>();

  constructor(
    readonly deployment: Deployment,
    private readonly world: { time: VirtualTime; random: () => number },
    private readonly manners: { firstByteMs: number; troubles: readonly Trouble[] },
  ) {}

  get trouble(): Trouble | undefined {
    const { now } = this.world.time;
    return this.manners.troubles.find(({ from, to }) => now >= from && now < to);
  }

  ask(request: Asked, answering: Answering): void {
    this.asked++;
    this.inFlight++;
    this.lastAskedAt = this.world.time.now;
    const { trouble } = this;
    const failure = this.refusal(trouble);
    if (failure) {
      this.later(failure.kind === 'first-byte-timeout' ? 20_000 : lognormal(this.world.random, 60, 0.3), () => {
        this.inFlight--;
        answering.failed(failure, false);
      });
      return;
    }
    this.answer(request, answering, trouble);
  }

  private answer(request: Asked, answering: Answering, trouble: Trouble | undefined): void {
    const { now } = this.world.time;
    const cached = (this.remembered.get(request.conversation) ?? Number.NEGATIVE_INFINITY) > now;
    this.remembered.set(request.conversation, now + CACHE_MS);
    const reading = cached ? request.inputTokens / 10 : request.inputTokens;
    const slowness = trouble?.kind === 'slow' ? 10 : 1;
    const firstByteMs = lognormal(this.world.random, this.manners.firstByteMs + reading / 20, 0.25) * slowness;
    this.later(firstByteMs, () => {
      answering.firstByte(firstByteMs);
      const cut = trouble?.kind === 'cuts' && this.world.random() < 0.5;
      this.later(request.lastsMs * (cut ? this.world.random() : 1), () => {
        this.inFlight--;
        if (cut) answering.failed(fail('cut'), true);
        else answering.done(cached);
      });
    });
  }

  private refusal(trouble: Trouble | undefined): Failure | undefined {
    switch (trouble?.kind) {
      case 'error':
        return fail('status', 503);
      case 'unreachable':
        return fail('connect');
      case 'rate-limited':
        return fail('status', 429, trouble.retryAfterMs);
      case 'overloaded':
        return fail('status', 529, trouble.retryAfterMs);
      case 'key-refused':
        return fail('status', 401);
      case 'model-missing':
        return fail('status', 404);
      case 'silent':
        return fail('first-byte-timeout');
      case 'slow':
      case 'cuts':
      case undefined:
        return undefined;
    }
  }

  private later(ms: number, happen: () => void): void {
    this.world.time.after(ms, happen);
  }
}
