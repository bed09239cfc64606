import { setTimeout as pause } from 'node:timers/promises';
import { Away, backoffMs } from './away.js';

/** How often, and who is told. */
export interface Persistence {
  attempts: number;
  signal: AbortSignal;
  /** Told before each pause. */
  onAway: (away: Away, waitMs: number) => void;
  /** Whether to go on after the first failure; always when absent. */
  worthwhile?: (away: Away, failures: number) => boolean;
}

/** Tries again what failed with `Away`, later each time. Rejects with the last failure, and with the signal's reason. */
export const persist = async <T>(attempt: () => Promise<T>, persistence: Persistence): Promise<T> => {
  const { attempts, signal, onAway, worthwhile = () => true } = persistence;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Away) || failures === attempts || !worthwhile(error, failures)) throw error;
      const waitMs = backoffMs(failures, error);
      onAway(error, waitMs);
      await pause(waitMs, undefined, { signal });
    }
  }
};
