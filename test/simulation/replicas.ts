import { Engine } from '#routing';
import { GossipBoard } from './gossip-board.js';
import { ReplicaClock } from './replica-clock.js';
import type { VirtualTime } from './virtual-time.js';

/** One gateway's part in choosing. */
export interface Replica {
  engine: Engine;
  clock: ReplicaClock;
}

/** Engines that hear of each other's marks, as replicas do through Redis. */
export const replicas = (count: number, time: VirtualTime, random: () => number): Replica[] => {
  const board = new GossipBoard(time, random);
  return Array.from({ length: count }, () => {
    const clock = new ReplicaClock(time);
    const engine: Engine = new Engine({
      now: () => clock.read(),
      random,
      onMark: (mark) => board.post(mark, engine),
    });
    board.join(engine);
    return { engine, clock };
  });
};
