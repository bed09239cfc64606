import type { VirtualTime } from './virtual-time.js';

/** Everything that happens in a run, for looking at one that has failed. */
export type Trace = (line: string) => void;

/** So many say all that there is to say. */
const MOST = 20;

/** What the judge writes down. */
export class Notes {
  readonly violations: string[] = [];
  /** Whether anybody reads what is said. */
  readonly isRead: boolean;

  constructor(
    private readonly time: VirtualTime,
    private readonly trace: Trace | undefined,
  ) {
    this.isRead = trace !== undefined;
  }

  say(what: string): void {
    this.trace?.(`${this.seconds.padStart(8)} s ${what}`);
  }

  violated(what: string): void {
    if (this.violations.length < MOST) this.violations.push(`${this.seconds} s: ${what}`);
    this.say(`VIOLATION: ${what}`);
  }

  private get seconds(): string {
    return (this.time.now / 1000).toFixed(2);
  }
}
