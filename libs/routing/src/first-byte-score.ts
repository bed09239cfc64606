const TAU_MS = 10_000;
/** So long without a sample, nothing is known any more. */
const FORGOTTEN_MS = 300_000;
/** What reading the prompt adds: one of a thousand tokens is ordinary and counts 1, one of a hundred thousand 10.9. */
const FIXED = 0.9;
const PER_TOKEN = 0.0001;

/** The time that a prompt of ordinary length would have taken. */
const ordinary = (ms: number, inputTokens: number): number => ms / (FIXED + PER_TOKEN * Math.max(0, inputTokens));

/**
 * How soon a deployment begins its answers: a Peak-EWMA of the time to the first byte, by the length of the prompt. Any time above
 * it is believed at once; below it, it falls with a time constant of 10 s, so good times have to last. Streams only: an answer
 * that is not streamed begins when it is finished, and its time tells its length rather than the upstream's speed.
 */
export class FirstByteScore {
  private value = 0;
  /** When the last sample came; minus infinity: none has. */
  at = Number.NEGATIVE_INFINITY;

  /** Milliseconds to the first byte for a prompt of ordinary length; undefined while not known. */
  read(now: number): number | undefined {
    return now - this.at < FORGOTTEN_MS ? this.value : undefined;
  }

  /** Nothing had come after so long, and nothing will: a known time is at least that. */
  observeAtLeast(now: number, waitedMs: number, inputTokens: number): void {
    const known = this.read(now);
    if (known !== undefined && ordinary(waitedMs, inputTokens) > known) this.observe(now, waitedMs, inputTokens);
  }

  observe(now: number, afterMs: number, inputTokens: number): void {
    if (!(afterMs >= 0)) return;
    const sample = ordinary(afterMs, inputTokens);
    const keep = Math.exp(-(now - this.at) / TAU_MS);
    this.value = sample >= this.value ? sample : this.value * keep + sample * (1 - keep);
    this.at = now;
  }
}
