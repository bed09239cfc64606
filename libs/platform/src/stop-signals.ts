/** Requests to stop, one after the other. Heard from the moment this is made, so that none is lost while something starts. */
export class StopSignals {
  private readonly waiting: NodeJS.Signals[] = [];
  private heard: (() => void) | undefined;

  constructor() {
    for (const name of ['SIGTERM', 'SIGINT'] as const)
      process.on(name, () => {
        this.waiting.push(name);
        this.heard?.();
      });
  }

  async next(): Promise<NodeJS.Signals> {
    while (this.waiting.length === 0) await this.more();
    return this.waiting.shift() ?? 'SIGTERM';
  }

  /** Waits for so long, or until another request is there, which it leaves for `next`. */
  async nextWithin(ms: number): Promise<void> {
    if (this.waiting.length > 0) return;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      this.more(),
      new Promise((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
    ]);
    clearTimeout(timer);
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      this.heard = resolve;
    });
  }
}
