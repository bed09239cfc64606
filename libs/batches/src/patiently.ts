import { setTimeout as pause } from 'node:timers/promises';
import { StorageError } from './storage/storage-error.js';
import type { Report } from './work-store.js';

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** Whether another try may go better. What is missing or damaged stays so; every trouble with Redis or a place may pass. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof StorageError && (error.code === 'missing' || error.code === 'corrupt'));

/**
 * Tries until it succeeds, with ever longer pauses, because what is at stake was paid for: an answer waits for a full disk or a
 * lost Redis. Rejects with the signal's reason when it aborts, or when trying again cannot help.
 */
export const patiently = async <T>(
  attempt: () => Promise<T>,
  { signal, report, what }: { signal: AbortSignal; report: Report; what: string },
): Promise<T> => {
  for (let waitMs = FIRST_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_MS)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      report('batches.waiting', { what, error: error instanceof Error ? error.message : String(error) });
    }
    await pause(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
};
