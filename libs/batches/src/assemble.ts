import type { ChunkOffers } from './chunk-offers.js';
import { WorkDesk } from './desk/work-desk.js';
import { WorkEnder } from './end/work-ender.js';
import type { LineSlots } from './line-slots.js';
import { Reconciler } from './recover/reconciler.js';
import type { LoadLimits } from './redis/submissions.js';
import { WorkRunner } from './run/work-runner.js';
import { ChunkSealer } from './seal/chunk-sealer.js';
import type { LineRunner, Manifest, Works } from './work.js';
import type { WorkStore } from './work-store.js';

/** What a process needs to know of its own to take works in and to keep them going. */
export interface WorksOptions {
  store: WorkStore;
  offers: ChunkOffers;
  /** What each workspace may have open. */
  limits: LoadLimits;
  /** How long after its creation a work's results are dropped, in milliseconds. */
  archiveAfterMs: number;
}

/** What a worker adds. */
export interface RunnerOptions {
  runner: LineRunner;
  slots: LineSlots;
  /** How long calls may go on after a stop was asked for, in milliseconds. */
  graceMs: number;
  /** A line is sent that was sent before: whoever did so was lost before its answer was kept. */
  onSentAgain?: (work: Manifest) => void;
}

export interface AssembledWorks {
  works: Works;
  /** Not started. Wants to run in each process that may be the only one: in gateways too, or nothing is accepted before a worker runs. */
  reconciler: Reconciler;
  /** What runs the chunks that the scheduler gives to this process. */
  runnerFor: (options: RunnerOptions) => WorkRunner;
}

/** Puts jobs and batches together over a store and a scheduler. */
export const assembleWorks = ({ store, offers, limits, archiveAfterMs }: WorksOptions): AssembledWorks => {
  const sealer = new ChunkSealer(store);
  const ender = new WorkEnder(store, sealer, offers);
  return {
    works: new WorkDesk({ store, offers, ender, limits }),
    reconciler: new Reconciler(store, { offers, ender, archiveAfterMs }),
    runnerFor: (options) => new WorkRunner({ store, offers, sealer, ender, ...options }),
  };
};
