import type { VirtualTime } from './virtual-time.js';

/** What a replica takes for the time, which may jump. */
export class ReplicaClock {
  /** In virtual time; minus infinity: it never has. */
  jumpedAt = Number.NEGATIVE_INFINITY;
  jumpedAheadAt = Number.NEGATIVE_INFINITY;
  private lead = 0;

  constructor(private readonly time: VirtualTime) {}

  read(): number {
    return this.time.now + this.lead;
  }

  jump(ms: number): void {
    this.lead += ms;
    this.jumpedAt = this.time.now;
    if (ms > 0) this.jumpedAheadAt = this.time.now;
  }
}
