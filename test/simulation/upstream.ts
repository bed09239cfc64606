import type { Deployment, Failure } from '#core';
import { lognormal } from './random.js';
import type { Trouble } from './trouble.js';
import { failureOf, refusalBy } from './trouble.js';
import type { VirtualTime } from './virtual-time.js';

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
  failed(failure: Failure, hasContent: boolean): void;
}

/** What an upstream is like. */
export interface Manners {
  firstByteMs: number;
  troubles: readonly Trouble[];
  /** Its wire has no words for everything that may be in a request. */
  isPlain?: boolean;
}

const CACHE_MS = 5 * 60_000;
/** From the first byte to the first content. */
const PREAMBLE_MS = 100;

/** A provider's model behind one credential: answers in its own time, remembers prompts for five minutes, and has its troubles. */
export class Upstream {
  inFlight = 0;
  lastAskedAt = Number.NEGATIVE_INFINITY;
  private readonly remembered = new Map<string, number>();

  constructor(
    readonly deployment: Deployment,
    private readonly world: { time: VirtualTime; random: () => number },
    readonly manners: Manners,
  ) {}

  get trouble(): Trouble | undefined {
    const { now } = this.world.time;
    return this.manners.troubles.find(({ from, to }) => now >= from && now < to);
  }

  /** Returns what the caller does to hang up; after that nothing more is heard. */
  ask(request: Asked, answering: Answering): () => void {
    this.inFlight++;
    this.lastAskedAt = this.world.time.now;
    const exchange = new UnderWay(this.world.time, answering, () => this.inFlight--);
    const { trouble } = this;
    const refusal = refusalBy(trouble);
    if (refusal) {
      const afterMs = refusal.kind === 'first-byte-timeout' ? this.patienceMs : lognormal(this.world.random, 60, 0.3);
      exchange.fail(afterMs, refusal, false);
    } else this.answer(request, exchange, trouble);
    return () => exchange.end();
  }

  private answer(
    { conversation, inputTokens, lastsMs }: Asked,
    exchange: UnderWay,
    trouble: Trouble | undefined,
  ): void {
    const { time, random } = this.world;
    const cached = (this.remembered.get(conversation) ?? Number.NEGATIVE_INFINITY) > time.now;
    this.remembered.set(conversation, time.now + CACHE_MS);
    const reading = cached ? inputTokens / 10 : inputTokens;
    const slowness = trouble?.kind === 'slow' ? 10 : 1;
    const firstByteMs = lognormal(random, this.manners.firstByteMs + reading / 20, 0.25) * slowness;
    if (firstByteMs >= this.patienceMs) {
      exchange.fail(this.patienceMs, failureOf('first-byte-timeout'), false);
      return;
    }
    exchange.firstByte(firstByteMs);
    const broken = trouble && random() < 0.5 ? this.breakOff(trouble, lastsMs) : undefined;
    if (broken) exchange.fail(firstByteMs + broken.afterMs, broken.failure, broken.afterMs >= PREAMBLE_MS);
    else exchange.done(firstByteMs + lastsMs, cached);
  }

  /** How an answer that has begun ends before its time. */
  private breakOff(trouble: Trouble, lastsMs: number): { afterMs: number; failure: Failure } | undefined {
    const { kind } = trouble;
    if (kind === 'error-events') return { afterMs: PREAMBLE_MS / 2, failure: failureOf('error-event') };
    if (kind === 'overloaded-events') return { afterMs: PREAMBLE_MS / 2, failure: failureOf('error-event', 529) };
    return kind === 'cuts' ? { afterMs: lastsMs * this.world.random(), failure: failureOf('cut') } : undefined;
  }

  private get patienceMs(): number {
    return this.deployment.provider.timeouts.firstByteMs;
  }
}

/** One request and what comes back, until it ends in whatever way. */
class UnderWay {
  private isOver = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly answering: Answering,
    private readonly onEnd: () => void,
  ) {}

  firstByte(afterMs: number): void {
    this.after(afterMs, () => this.answering.firstByte(afterMs));
  }

  done(afterMs: number, cached: boolean): void {
    this.after(afterMs, () => {
      this.end();
      this.answering.done(cached);
    });
  }

  fail(afterMs: number, failure: Failure, hasContent: boolean): void {
    this.after(afterMs, () => {
      this.end();
      this.answering.failed(failure, hasContent);
    });
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onEnd();
  }

  private after(ms: number, happen: () => void): void {
    this.time.after(ms, () => {
      if (!this.isOver) happen();
    });
  }
}
