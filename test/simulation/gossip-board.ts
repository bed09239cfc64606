import type { HealthMark } from '#core';
import type { Engine } from '#routing';
import type { VirtualTime } from './virtual-time.js';

/** How long marks travel between replicas, at most. */
export const GOSSIP_MS = 1_000;

interface Posted {
  mark: HealthMark;
  /** When it runs out. */
  until: number;
  /** Who knows it: whoever has posted it, for one. */
  knownBy: Set<Engine>;
}

/** Where replicas tell each other their marks, as they do in Redis: of two of the same kind and subject the longer stands, unless it is lifted. */
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
    const until = this.time.now + mark.remainingMs;
    const known = this.posted.get(field);
    if (known && known.until >= until && known.mark.remainingMs > 0 && mark.remainingMs > 0) return;
    this.posted.set(field, { mark, until, knownBy: new Set([by]) });
    for (const engine of this.engines) if (engine !== by) this.tell(engine, field);
  }

  /** What stands by the time that it is heard. What is not taken is told again. */
  private tell(engine: Engine, field: string): void {
    this.time.after(this.random() * GOSSIP_MS, () => {
      const posted = this.posted.get(field);
      if (!posted || posted.knownBy.has(engine)) return;
      const { mark, until, knownBy } = posted;
      const remainingMs = Math.max(0, until - this.time.now);
      // What has run out is not on the board any more; that is no lifting.
      if (mark.remainingMs > 0 && remainingMs === 0) return;
      if (engine.apply({ ...mark, remainingMs })) knownBy.add(engine);
      else this.tell(engine, field);
    });
  }
}
