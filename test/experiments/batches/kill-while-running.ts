import { setTimeout as pause } from 'node:timers/promises';
import type { Rig } from '../rig/rig.js';
import type { Batch, BatchView } from './batch.js';
import { BatchSite, type BatchSiteOptions } from './batch-site.js';
import { ProgressWatch } from './progress-watch.js';

/** A batch has ended in spite of it. */
export interface Survived {
  site: BatchSite;
  batch: Batch;
  view: BatchView;
  seconds: number;
  /** What was read of its progress all the while. */
  watch: ProgressWatch;
}

export interface Slaughter {
  lines: number;
  options: BatchSiteOptions;
  /** Between one kill and the next. */
  everyMs: number;
  /** After so many there is peace; without a number only when the batch has ended. */
  kills?: number;
  withinMs: number;
}

/** Runs a batch and kills a random worker again and again; another is started each time. Progress is watched. */
export const killWhileRunning = async (rig: Rig, slaughter: Slaughter): Promise<Survived> => {
  const { lines, options, everyMs, kills = Number.POSITIVE_INFINITY, withinMs } = slaughter;
  const site = await BatchSite.open(rig, options);
  const startedAt = performance.now();
  const batch = await site.submit(lines);
  const watch = new ProgressWatch(batch);
  const over = new AbortController();
  const killing = (async () => {
    while (site.crew.kills < kills) {
      await pause(everyMs, undefined, { signal: over.signal });
      await site.crew.killAny();
    }
  })().catch(() => undefined);
  try {
    const view = await batch.ended(withinMs);
    return { site, batch, view, seconds: (performance.now() - startedAt) / 1000, watch };
  } finally {
    over.abort();
    await Promise.all([killing, watch.stop()]);
  }
};
