import { PromptCache } from './answer/prompt-cache.js';
import { BoundedMap } from './bounded-map.js';
import { DirectiveReader } from './directives/asked.js';
import { Occurrences } from './directives/occurrences.js';
import { Ledger } from './ledger/ledger.js';
import { RateBuckets } from './rate-buckets.js';
import type { Encoded } from './send-answer.js';

/** All of `startSimulator`'s options, with nothing left open. */
export interface Settings {
  port: number;
  host: string;
  seed: number;
  behaviour: string;
  strict: boolean;
  express: boolean;
  ledger: 'full' | 'counts';
  ledgerCapacity: number;
  keepBodies: number;
  keepAliveTimeoutMs: number;
  models: readonly string[];
  now: () => number;
}

/** What the calls of one simulator share. */
export interface Simulation {
  readonly settings: Settings;
  /** Directives that hold for every call that does not say otherwise. */
  behaviour: string;
  /** Calls so far, whatever was cleared or reset meanwhile: makes ids unique. */
  calls: number;
  readonly ledger: Ledger;
  readonly directives: DirectiveReader;
  readonly occurrences: Occurrences;
  readonly buckets: RateBuckets;
  readonly cache: PromptCache;
  /** Answers of the express lane, by all that they depend on. */
  readonly remembered: BoundedMap<string, Encoded>;
}

export const newSimulation = (settings: Settings): Simulation => ({
  settings,
  behaviour: settings.behaviour,
  calls: 0,
  ledger: new Ledger({ mode: settings.ledger, capacity: settings.ledgerCapacity, keepBodies: settings.keepBodies }),
  directives: new DirectiveReader(),
  occurrences: new Occurrences(),
  buckets: new RateBuckets(),
  cache: new PromptCache(),
  remembered: new BoundedMap(1000),
});

/** Back to how it started: nothing seen, nothing cached, every bucket full, no fault counted, the first behaviour. */
export const resetSimulation = (simulation: Simulation): void => {
  simulation.behaviour = simulation.settings.behaviour;
  simulation.ledger.clear();
  simulation.occurrences.clear();
  simulation.buckets.clear();
  simulation.cache.clear();
};
