import type { Failure } from '#core';
import { Engine } from '#routing';
import type { Experiment } from '../experiment.js';
import { atMost, exactly, type Figure } from '../figure.js';
import { aDeployment, answeredBy, aRoute, failing } from './in-memory.js';

const HOUR_MS = 3_600_000;
const STEP_MS = 100;

const status = (code: number, type: Failure['error']['type'], retryAfterMs?: number): Failure => ({
  kind: 'status',
  status: code,
  error: { type, message: 'as the experiment wants' },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** What keeps an upstream away, how often it has to happen, and for how many seconds it may. */
const CASES: readonly { name: string; failure: Failure; times: number; mostSeconds: number }[] = [
  { name: '429 with 7 s to wait', failure: status(429, 'rate_limit_error', 7_000), times: 1, mostSeconds: 7.1 },
  {
    name: '429 with a day to wait',
    failure: status(429, 'rate_limit_error', 24 * HOUR_MS),
    times: 1,
    mostSeconds: 300.1,
  },
  { name: '529', failure: status(529, 'overloaded_error'), times: 1, mostSeconds: 60.1 },
  { name: 'an open breaker', failure: status(503, 'api_error'), times: 5, mostSeconds: 120.1 },
  { name: '404', failure: status(404, 'not_found_error'), times: 1, mostSeconds: 600.1 },
];

/** The clock after so many milliseconds have really passed. */
type Jump = (elapsedMs: number) => number;

/** One second after the failure. */
const AT_MS = 1_000;

const JUMPS: readonly (readonly [string, Jump])[] = [
  ['an hour forward', (elapsed) => (elapsed < AT_MS ? 0 : HOUR_MS)],
  ['an hour back', (elapsed) => (elapsed < AT_MS ? 0 : -HOUR_MS)],
  ['an hour forward and back again', (elapsed) => (elapsed >= AT_MS && elapsed < 2 * AT_MS ? HOUR_MS : 0)],
];

/** Seconds that have really passed until the deployment is used again; infinite if a day is not enough. */
const secondsAway = (failure: Failure, times: number, jump: Jump): number => {
  let elapsed = 0;
  const engine = new Engine({ now: () => 2 * HOUR_MS + elapsed + jump(elapsed), random: () => 0.5 });
  const route = aRoute([aDeployment('only')]);
  const [target] = route.deployments;
  failing(engine, route, failure, times);
  const isAway = (): boolean =>
    engine.targets([route]).some(({ deployment, excluded }) => deployment === target && excluded !== undefined);
  if (!isAway()) return Number.NaN;
  for (; elapsed < 24 * HOUR_MS; elapsed += STEP_MS) if (!isAway()) return elapsed / 1000;
  return Number.POSITIVE_INFINITY;
};

const figureOf = ({ name, failure, times, mostSeconds }: (typeof CASES)[number]): Figure => {
  const away = JUMPS.map(([, jump]) => secondsAway(failure, times, jump));
  const note = JUMPS.map(([what], index) => `${what}: ${away[index]} s`).join(', ');
  return atMost(mostSeconds, { name: `longest away after ${name}`, value: Math.max(...away), unit: 's', note });
};

/** Whether a fresh upstream is used while its clock is wrong. */
const unanswered = (): number => {
  let lost = 0;
  for (const [, jump] of JUMPS) {
    let elapsed = 0;
    const engine = new Engine({ now: () => 2 * HOUR_MS + elapsed + jump(elapsed), random: () => 0.5 });
    const route = aRoute([aDeployment('a'), aDeployment('b')]);
    for (; elapsed < 10_000; elapsed += STEP_MS) if (!answeredBy(engine, route)) lost++;
  }
  return lost;
};

/** The host's clock jumps by an hour either way, and back. */
export const a16: Experiment = {
  id: 'A16',
  title: 'the clock jumps by an hour',
  tier: 'quick',
  run: async () => [
    ...CASES.map(figureOf),
    exactly(0, { name: 'calls that healthy upstreams did not get', value: unanswered() }),
  ],
};
