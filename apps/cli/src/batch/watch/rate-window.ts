const WINDOW_MS = 30_000;

/** How fast something goes now: what was done in the last half a minute, so that an hour of standing still is soon forgotten. */
export class RateWindow {
  private samples: { at: number; done: number }[] = [];

  /** `at` is in milliseconds, from whenever. */
  add(at: number, done: number): void {
    const last = this.samples.at(-1);
    // Counted anew, for instance after Redis was lost: what was before says nothing any more.
    if (last && done < last.done) this.samples = [];
    this.samples.push({ at, done });
    // One that is older stays, so that the window is always full.
    while ((this.samples[1]?.at ?? Infinity) <= at - WINDOW_MS) this.samples.shift();
  }

  /** Undefined until there are two samples. */
  get perSecond(): number | undefined {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at <= first.at) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }
}
