import type { Figure } from './figure.js';
import { Rig } from './rig/rig.js';

/** Something that is done to real processes, and what has to be true of them all the while. */
export interface Experiment {
  /** `A1`, `B12`. */
  id: string;
  title: string;
  /** `quick` ones run with every `npm test`, on a shorter scale; `long` ones only when everything is run. */
  tier: 'quick' | 'long';
  /** Why it cannot be done on this machine; undefined when it can. */
  obstacle?: () => string | undefined;
  /** Starts what it needs on the rig, which ends all of it. `rig.long` gives the scale. */
  run(rig: Rig): Promise<Figure[]>;
}

/** What came of it. */
export interface Performance {
  experiment: Experiment;
  figures: readonly Figure[];
  /** Why there are no figures. */
  error: string | undefined;
  ok: boolean;
  seconds: number;
}

/** Runs an experiment and ends all that it has started. Never rejects. */
export const perform = async (experiment: Experiment, long: boolean): Promise<Performance> => {
  const startedAt = performance.now();
  const rig = new Rig(long);
  let figures: Figure[] = [];
  let error = experiment.obstacle?.();
  try {
    if (error === undefined) figures = await experiment.run(rig);
  } catch (thrown) {
    error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  } finally {
    await rig.close();
  }
  const ok = error === undefined && figures.length > 0 && figures.every((figure) => figure.ok);
  return { experiment, figures, error, ok, seconds: (performance.now() - startedAt) / 1000 };
};
