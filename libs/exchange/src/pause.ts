/** Lets a call wait, and lets others end the waiting: nobody waits for a caller that is gone. */
export class Pause {
  private wake: (() => void) | undefined;

  /** `now`: milliseconds, on the clock that routing goes by. */
  constructor(private readonly now: () => number) {}

  /** Resolves after so many milliseconds and never sooner, when nobody could be asked yet; or at `end`. */
  last(ms: number): Promise<void> {
    const until = this.now() + ms;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const wait = (): void => {
        const left = until - this.now();
        // Timers count whole milliseconds, and so may go off before the last one is over.
        if (left > 0) timer = setTimeout(wait, Math.ceil(left));
        else resolve();
      };
      wait();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.wake?.();
  }
}
