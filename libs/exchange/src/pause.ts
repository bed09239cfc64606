/** Lets a call wait, and lets others end the waiting: nobody waits for a caller that is gone. */
export class Pause {
  private wake: (() => void) | undefined;

  /** Resolves after so many milliseconds, or at `end`. */
  last(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
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
