import type { Deployment, Route } from '#core';
import { type Ask, Engine } from '#routing';
import { spreadOf } from './spread.js';

// What choosing costs, without anything else: the whole life of a call as the engine sees it, against picking in turn.

const SIZES = [2, 5, 20, 50, 100, 200];
const ROUNDS = 7;
const ROUND_MS = 150;
/** Calls that are running while others are chosen, as there would be. */
const IN_FLIGHT = 32;

const deployment = (at: number): Deployment => ({
  id: `provider-${at}/key/model`,
  provider: {
    name: `provider-${at}`,
    kind: 'anthropic',
    baseUrl: `http://127.0.0.1:${at}`,
    timeouts: { connectMs: 5_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 600_000 },
  },
  credential: { name: 'key', apiKey: '', fingerprint: 'f', limits: undefined },
  model: 'model',
  tier: 1,
  weight: 1 + (at % 3),
});

const routeOf = (size: number): Route => ({
  name: 'model',
  deployments: Array.from({ length: size }, (_, at) => deployment(at)),
  affinity: { by: 'prefix', header: '' },
  waitMs: 0,
});

const KEYS = Array.from({ length: 1_000 }, (_, at) => `${at}`.padStart(64, '0123456789abcdef'));

const asking = (affinityKey: (call: number) => string | undefined): ((call: number) => Ask) => {
  return (call) => ({
    estimate: { inputTokens: 2_000, outputTokens: 500 },
    stream: true,
    urgency: 'interactive',
    clientRetries: 0,
    affinityKey: () => affinityKey(call),
  });
};

/** Each way returns a function that makes one call from its choice to its end, and ends the one that was begun `IN_FLIGHT` calls ago. */
type Way = (size: number) => (call: number) => void;

const roundRobin: Way = (size) => {
  const { deployments } = routeOf(size);
  const seen = { last: '' };
  return (call) => {
    seen.last = deployments[call % size]?.id ?? '';
  };
};

const throughEngine = (ask: (call: number) => Ask): Way => {
  return (size) => {
    const route = routeOf(size);
    const engine = new Engine({ now: () => performance.now(), random: Math.random });
    const running: (() => void)[] = [];
    return (call) => {
      const plan = engine.plan(route, ask(call));
      const choice = plan.next();
      if (choice.kind !== 'try') throw new Error('nobody was chosen');
      running[call % IN_FLIGHT]?.();
      running[call % IN_FLIGHT] = () => {
        plan.firstByte(choice.deployment, 300 + (call % 100));
        plan.settled(choice.deployment, { kind: 'answered' });
      };
    };
  };
};

/** Microseconds a call, in one round. */
const measure = (once: (call: number) => void): number => {
  const startedAt = performance.now();
  let calls = 0;
  while (performance.now() - startedAt < ROUND_MS) for (let more = 0; more < 1_000; more++) once(calls++);
  return ((performance.now() - startedAt) * 1000) / calls;
};

const median = (once: (call: number) => void): number =>
  spreadOf(Array.from({ length: ROUNDS + 2 }, () => measure(once)).slice(2)).median;

const WAYS: readonly [string, Way][] = [
  ['affinity', throughEngine(asking((call) => KEYS[call % KEYS.length]))],
  ['least loaded', throughEngine(asking(() => undefined))],
];

/** Microseconds of a whole call (plan, choice, first byte, end), by the number of deployments, and its ratio to picking in turn. */
export const engineTable = (): string => {
  const lines = ['deployments   in turn   affinity          least loaded'];
  for (const size of SIZES) {
    const bare = median(roundRobin(size));
    const cells = WAYS.map(([, way]) => median(way(size))).map((cost) =>
      `${cost.toFixed(2).padStart(6)} µs (× ${Math.round(cost / bare)})`.padEnd(18),
    );
    lines.push(`${String(size).padStart(11)}   ${bare.toFixed(3)} µs  ${cells.join('')}`);
  }
  return lines.join('\n');
};
