import type { Chooser } from '#routing';
import { atRandom, roundRobin } from './baselines.js';
import { deploymentAt, routeTo } from './deployments.js';
import { seeded } from './random.js';
import { replicas } from './replicas.js';
import { difference } from './tally.js';
import { Traffic } from './traffic.js';
import type { Trouble } from './trouble.js';
import { Upstream } from './upstream.js';
import { VirtualTime } from './virtual-time.js';

/** One way of choosing, in the same world as the others. */
export interface Policy {
  name: string;
  affinity: 'prefix' | 'none';
  choosers: (time: VirtualTime, random: () => number) => readonly Chooser[];
}

const REPLICAS = 3;
const UPSTREAMS = 6;
const CONVERSATIONS = 400;
const WARM_UP_MS = 5 * 60_000;
const MEASURED_MS = 20 * 60_000;

const engines: Policy['choosers'] = (time, random) => replicas(REPLICAS, time, random).map(({ engine }) => engine);

export const POLICIES: readonly Policy[] = [
  { name: 'Switchyard, affinity', affinity: 'prefix', choosers: engines },
  { name: 'Switchyard, no affinity', affinity: 'none', choosers: engines },
  { name: 'round robin', affinity: 'none', choosers: () => Array.from({ length: REPLICAS }, roundRobin) },
  {
    name: 'random',
    affinity: 'none',
    choosers: (_time, random) => Array.from({ length: REPLICAS }, () => atRandom(random)),
  },
];

/** What a policy amounts to. */
export interface Measured {
  name: string;
  /** Of the turns after a conversation's first, those whose prompt the upstream remembered. */
  hitShare: number;
  /** The busiest upstream's calls over the average one's, in the worst hundredth of all seconds. */
  tailImbalance: number;
  failedShare: number;
  attemptsPerCall: number;
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN;

/** Six equal upstreams, three replicas, 400 conversations of long streams, for twenty minutes after five to get warm. */
export const measure = (policy: Policy, seed: number, troubles: (upstream: number) => readonly Trouble[]): Measured => {
  const random = seeded(seed);
  const time = new VirtualTime();
  const deployments = Array.from({ length: UPSTREAMS }, (_, at) =>
    deploymentAt({ provider: `p${at}`, credential: 'main', tier: 1, weight: 1 }),
  );
  const upstreams = deployments.map(
    (deployment, at) => new Upstream(deployment, { time, random }, { firstByteMs: 500, troubles: troubles(at) }),
  );
  const traffic = new Traffic({
    time,
    random,
    route: routeTo(deployments, policy.affinity),
    choosers: policy.choosers(time, random),
    upstreams: new Map(upstreams.map((upstream) => [upstream.deployment, upstream])),
    conversations: CONVERSATIONS,
    thinkMs: 20_000,
    lastsMs: 25_000,
  });
  time.run(WARM_UP_MS);
  const before = { ...traffic.tally };
  const imbalances: number[] = [];
  const sample = (): void => {
    const loads = upstreams.map(({ inFlight }) => inFlight);
    const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
    if (mean > 0) imbalances.push(Math.max(...loads) / mean);
    time.after(1_000, sample);
  };
  sample();
  time.run(WARM_UP_MS + MEASURED_MS);
  const { calls, failed, broken, attempts, repeats, hits } = difference(traffic.tally, before);
  return {
    name: policy.name,
    hitShare: hits / repeats,
    tailImbalance: percentile(imbalances, 0.99),
    failedShare: (failed + broken) / calls,
    attemptsPerCall: attempts / calls,
  };
};

/** Nothing is wrong: what is compared is the caches and the load. */
export const CALM = (): readonly Trouble[] => [];

/** One of six is down for two minutes, one slow for five, and then three are down for two. */
export const TROUBLED = (upstream: number): readonly Trouble[] => {
  const troubles: Trouble[] = [];
  if (upstream === 1) troubles.push({ ...minutes(2, 4), kind: 'error' });
  if (upstream === 2) troubles.push({ ...minutes(7, 12), kind: 'slow' });
  if (upstream >= 3) troubles.push({ ...minutes(15, 17), kind: 'error' });
  return troubles;
};

const minutes = (from: number, to: number): { from: number; to: number } => ({
  from: WARM_UP_MS + from * 60_000,
  to: WARM_UP_MS + to * 60_000,
});
