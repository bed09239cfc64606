import type { Urgency } from '#core';

const CAP = 20;

/** What another attempt was, seen from outside. `unclear`: it cannot be told from there, so it is not counted. */
export type Step = 'move' | 'to-well' | 'to-troubled' | 'unclear';

/** What one attempt has drawn. */
export type Drawn = 'first' | 'move' | 'retry' | 'nothing';

/**
 * The budget of a replica's tier once more, counted from outside: a fifth as many retries as calls (a tenth for batches) and one a second, at
 * most twenty saved, of which those to an upstream in trouble are a fifth of what is in flight. Besides, whoever has failed with somebody who cannot
 * be used any more may move on to somebody who can: as often as there are calls in flight, and once more for each that is answered.
 */
export class BudgetAudit {
  private tokens = CAP;
  private at = 0;
  private inFlight = 0;
  private retriesInFlight = 0;
  private moves = 0;

  /** A call has come. */
  first(now: number, urgency: Urgency, isRepeated: boolean): Drawn {
    this.refill(now);
    this.tokens = Math.min(CAP, this.tokens + (urgency === 'batch' ? 0.1 : 0.2));
    if (isRepeated) this.tokens = Math.max(0, this.tokens - 1);
    return this.again();
  }

  /** A call's first attempt was not sent, and here is another. */
  again(): Drawn {
    this.inFlight++;
    return 'first';
  }

  /** Undefined: there was not so much left. */
  step(now: number, step: Step): Drawn | undefined {
    this.refill(now);
    const atOnce = Math.max(3, 0.2 * this.inFlight);
    const drawn = this.draw(step);
    const isTooMany = step === 'to-troubled' && this.retriesInFlight + 1 > atOnce;
    this.inFlight++;
    if (drawn === 'retry') this.retriesInFlight++;
    return isTooMany || this.tokens < -1e-6 ? undefined : drawn;
  }

  ended(drawn: Drawn, { isAnswered, isSent }: { isAnswered: boolean; isSent: boolean }): void {
    this.inFlight--;
    if (drawn === 'retry') this.retriesInFlight--;
    if (isAnswered || (!isSent && drawn === 'move')) this.moves = Math.max(0, this.moves - 1);
    if (!isSent && drawn === 'retry') this.tokens = Math.min(CAP, this.tokens + 1);
  }

  /** The replica's clock has gone ahead, and time is what earns tokens. */
  jumpedAhead(): void {
    this.tokens = CAP;
  }

  private draw(step: Step): Drawn {
    if (step === 'unclear') return 'nothing';
    if (step === 'move' && this.moves < this.inFlight + 1) {
      this.moves++;
      return 'move';
    }
    this.tokens--;
    return 'retry';
  }

  private refill(now: number): void {
    this.tokens = Math.min(CAP, this.tokens + (now - this.at) / 1000);
    this.at = now;
  }
}
