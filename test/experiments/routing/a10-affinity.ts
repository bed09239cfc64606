import { setTimeout as pause } from 'node:timers/promises';
import { provider, type Section, TEST_ADMIN_KEY, testConfig } from '#testing';
import type { Simulator } from '../../../apps/simulator/src/simulator.js';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly, told } from '../figure.js';
import { failedOf, failuresIn, percentile } from '../load/call-record.js';
import { Conversations, type ConversationsResult } from '../load/conversations.js';
import type { Fleet } from '../rig/fleet.js';

const UPSTREAMS = 6;
const SAMPLE_MS = 50;
/** Until conversations have begun and connections are open. */
const SETTLING_MS = 5_000;

const configuration = (simulators: readonly Simulator[]): Section => {
  const targets = simulators.map((_, index) => ({ provider: `up-${index + 1}` }));
  return testConfig({
    admin_key: TEST_ADMIN_KEY,
    providers: Object.fromEntries(simulators.map(({ url }, index) => [`up-${index + 1}`, provider('anthropic', url)])),
    // An upstream's cache is another for each model.
    models: { kept: { targets, affinity: 'prefix' }, scattered: { targets, affinity: 'none' } },
  });
};

/** How much more the busiest has than the average, again and again. */
const sampleImbalance = async (simulators: readonly Simulator[], forMs: number): Promise<number[]> => {
  const samples: number[] = [];
  await pause(SETTLING_MS);
  for (const until = performance.now() + forMs - SETTLING_MS; performance.now() < until; await pause(SAMPLE_MS)) {
    const open = simulators.map(({ ledger }) => ledger.counts().open);
    const mean = open.reduce((sum, count) => sum + count, 0) / open.length;
    if (mean > 0) samples.push(Math.max(...open) / mean);
  }
  return samples;
};

interface Talked extends ConversationsResult {
  hitShare: number;
  imbalance: number;
}

const talk = async (fleet: Fleet, simulators: readonly Simulator[], model: string, forMs: number): Promise<Talked> => {
  const options = { urls: fleet.urls, model, count: 400, turns: 8, thinkMs: 600, forMs };
  const [result, samples] = await Promise.all([Conversations.hold(options), sampleImbalance(simulators, forMs)]);
  return { ...result, hitShare: (100 * result.hits) / result.later, imbalance: percentile(samples, 0.99) };
};

/** 400 conversations over three replicas and six upstreams, kept together or not. */
export const a10: Experiment = {
  id: 'A10',
  title: 'conversations stay where they are known',
  tier: 'long',
  run: async (rig) => {
    const simulators = await rig.simulators(UPSTREAMS, { behaviour: 'delay=600' });
    const fleet = await rig.gateways(configuration(simulators));
    const kept = await talk(fleet, simulators, 'kept', 60_000);
    const scattered = await talk(fleet, simulators, 'scattered', 30_000);
    const records = [...kept.records, ...scattered.records];
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      atLeast(90, { name: 'later turns that were known', value: kept.hitShare, unit: '%' }),
      atMost(1.35, { name: 'p99 of the busiest to the mean', value: kept.imbalance }),
      told({ name: 'later turns that were known, without affinity', value: scattered.hitShare, unit: '%' }),
      told({ name: 'p99 of the busiest to the mean, without affinity', value: scattered.imbalance }),
    ];
  },
};
