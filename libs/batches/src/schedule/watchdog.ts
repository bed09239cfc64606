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
}

/** So long there may be something to take and nothing taken. */
const PATIENCE_MS = 30_000;

/**
 * Notices when this process has stopped to take work without knowing it: a blocked read on a dead connection looks like a quiet queue,
 * and the library's own word that it runs is not to be trusted. The cure is a new process.
 */
export class Watchdog {
  private readonly idleSince = new Map<Lane, { at: number; begun: number }>();

  /** Milliseconds for which there has been work for the lane and none was taken, seen at each look. */
  look(lane: Lane, { waiting, running, places, begun }: LaneLook, now: number): number {
    const since = this.idleSince.get(lane);
    if (waiting === 0 || running >= places) {
      this.idleSince.delete(lane);
      return 0;
    }
    if (since?.begun === begun) return now - since.at;
    this.idleSince.set(lane, { at: now, begun });
    return 0;
  }

  /** Nothing can be said of the time until now, because the queue could not be asked. */
  forget(lane: Lane): void {
    this.idleSince.delete(lane);
  }

  static isWedged(idleMs: number): boolean {
    return idleMs >= PATIENCE_MS;
  }
}
