import { Engine } from '#routing';
import type { VirtualTime } from './virtual-time.js';

/** How long marks travel between replicas, at most. */
const GOSSIP_MS = 1_000;

/** Engines that hear of each other's marks, as replicas do through Redis. */
export const replicas = (count: number, time: VirtualTime, random: () => number): Engine[] => {
  const engines: Engine[] = [];
  for (let at = 0; at < count; at++) {
    const engine: Engine = new Engine({
      now: () => time.now,
      random,
      onMark: (mark) => {
        for (const other of engines)
          if (other !== engine) {
            const delay = random() * GOSSIP_MS;
            time.after(delay, () => other.apply({ ...mark, remainingMs: Math.max(0, mark.remainingMs - delay) }));
          }
      },
    });
    engines.push(engine);
  }
  return engines;
};
