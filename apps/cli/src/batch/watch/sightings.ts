import { Away, backoffMs } from '../away.js';
import type { Progress } from '../wire.js';
import { RateWindow } from './rate-window.js';

const SOON_MS = 1000;
const LATER_MS = 2000;

/** A batch is asked for more often when its end is near. */
const NEAR_S = 60;

/** What is known of a batch at a moment. */
export interface Sighting {
  /** The last that was heard; undefined before anything was. */
  progress: Progress | undefined;
  /** Results a second now. Undefined where it cannot be told. */
  perSecond: number | undefined;
  /** When that was heard, in milliseconds of the clock. */
  at: number;
  /** Set while the gateway does not answer. */
  away: { brief: string; retryAt: number } | undefined;
}

/** What watching needs. */
export interface Watching {
  ask: () => Promise<Progress>;
  /** Rejects when the watching is to end. */
  pause: (ms: number) => Promise<void>;
  /** Milliseconds, from whenever. */
  now: () => number;
}

const pauseAfter = ({ seconds_left: left }: Progress): number => ((left ?? 0) > NEAR_S ? LATER_MS : SOON_MS);

/**
 * Asks for a batch again and again until it has ended; a gateway that does not answer is given more time, and is never given
 * up. Rejects with the `Failure` of a refusal, and with what `pause` rejects with.
 */
export async function* sightings({ ask, pause, now }: Watching): AsyncGenerator<Sighting> {
  const rate = new RateWindow();
  let progress: Progress | undefined;
  let at = now();
  for (let failures = 0; ; ) {
    const heard = await ask().catch((error: unknown) => {
      if (error instanceof Away) return error;
      throw error;
    });
    if (heard instanceof Away) {
      const waitMs = backoffMs(++failures, heard);
      const away = { brief: heard.brief, retryAt: now() + waitMs };
      yield { progress, perSecond: undefined, at, away };
      await pause(waitMs);
    } else {
      failures = 0;
      progress = heard;
      at = now();
      rate.add(at, progress.done);
      yield { progress, perSecond: rate.perSecond ?? progress.rate_per_second ?? undefined, at, away: undefined };
      if (progress.processing_status === 'ended') return;
      await pause(pauseAfter(progress));
    }
  }
}
