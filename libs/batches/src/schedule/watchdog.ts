import type { Lane } from './lane.js';

/** What is known of a lane at one look. */
export interface LaneLook {
  /** Tickets that nobody has taken. */
  waiting: number;
  /** Chunks that run here. */
  running: number;
  places: number;
  /** How many have begun to run here so far. */
  begun: number;
  /** The queue was not asked for work lately, although there are free places. */
  isSilent: boolean;
}

/** So long that may last. */
const PATIENCE_MS = 30_000;
/** Looks further apart than this say nothing of the time between: Redis was away, or this process stood still. */
const GAP_MS = 5_000;

/**
 * Notices when this process has stopped to take work without knowing it: a blocked read on a dead connection looks like a quiet queue,
 * and the library's own word that it runs is not to be trusted. The cure is a new process.
 */
export class Watchdog {
  private readonly idle = new Map<Lane, { since: number; seen: number; begun: number }>();

  /** Milliseconds for which work for the lane was not taken or not even asked for, seen at each look. */
  look(lane: Lane, { waiting, running, places, begun, isSilent }: LaneLook, now: number): number {
    const before = this.idle.get(lane);
    if ((waiting === 0 && !isSilent) || running >= places) {
      this.idle.delete(lane);
      return 0;
    }
    const goesOn = before !== undefined && before.begun === begun && now - before.seen <= GAP_MS;
    const since = goesOn ? before.since : now;
    this.idle.set(lane, { since, seen: now, begun });
    return now - since;
  }

  static isWedged(idleMs: number): boolean {
    return idleMs >= PATIENCE_MS;
  }
}
