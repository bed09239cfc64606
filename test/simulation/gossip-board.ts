import type { HealthMark } from '#core';
import type { Engine } from '#routing';
import type { VirtualTime } from './virtual-time.js';

/** How long marks travel between replicas, at most. */
export const GOSSIP_MS = 1_000;

interface Posted {
  mark: HealthMark;
  by: Engine;
  at: number;
}

/** Where replicas tell each other their marks: the last of each kind and subject stands, and is heard within a second by each of the others. */
export class GossipBoard {
  private readonly posted = new Map<string, Posted>();
  private readonly engines: Engine[] = [];

  constructor(
    private readonly time: VirtualTime,
    private readonly random: () => number,
  ) {}

  join(engine: Engine): void {
    this.engines.push(engine);
  }

  post(mark: HealthMark, by: Engine): void {
    const field = `${mark.kind} ${mark.subject}`;
    this.posted.set(field, { mark, by, at: this.time.now });
    for (const engine of this.engines) if (engine !== by) this.tell(engine, field);
  }

  /** What is not taken is told again, if it still stands. */
  private tell(engine: Engine, field: string): void {
    this.time.after(this.random() * GOSSIP_MS, () => {
      const posted = this.posted.get(field);
      if (!posted || posted.by === engine) return;
      const { mark, at } = posted;
      const remainingMs = Math.max(0, mark.remainingMs - (this.time.now - at));
      // What has run out is not on the board any more; that is no lifting.
      if (mark.remainingMs > 0 && remainingMs === 0) return;
      if (!engine.apply({ ...mark, remainingMs })) this.tell(engine, field);
    });
  }
}
