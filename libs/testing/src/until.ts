import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 20;

/**
 * Waits for a fact that nobody announces, such as another process's memory: reads it again and again until it holds, and
 * gives what was read then. Throws with what was read last when the time is over.
 */
export const until = async <T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > deadline) throw new Error(`after ${timeoutMs} ms it is still ${JSON.stringify(value)}`);
    await pause(EVERY_MS);
  }
};
