import type { Deployment, Failure } from '#core';
import { Engine, type Outcome, type Plan } from '#routing';
import { atMost, exactly, type Figure } from '../figure.js';
import { aDeployment, anAsk, answeredBy, aRoute } from './in-memory.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEP_MS = 100;

/** What becomes of one call. */
type Fate = (plan: Plan, deployment: Deployment) => void;

const settling =
  (outcome: Outcome): Fate =>
  (plan, deployment) =>
    plan.settled(deployment, outcome);

const status = (code: number, type: Failure['error']['type'], retryAfterMs?: number): Fate =>
  settling({
    kind: 'failed',
    failure: {
      kind: 'status',
      status: code,
      error: { type, message: 'as the experiment wants' },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  });

const UNAUTHORIZED = status(401, 'authentication_error');

const UNHEARD: Fate = () => undefined;

const OWN_LIMIT: Fate = settling({
  kind: 'limited',
  dimension: 'requests',
  retryAfterMs: HOUR_MS,
  estimate: anAsk().estimate,
});

/** It is answered, and the upstream says that this was its only request for a day. */
const LAST_ONE: Fate = (plan, deployment) => {
  plan.reported(deployment, [{ dimension: 'requests', limit: 1, remaining: 0, resetMs: DAY_MS }]);
  plan.settled(deployment, { kind: 'answered' });
};

const inARow = (times: number, fate: Fate): Fate[] => Array.from({ length: times }, () => fate);

/** What keeps an upstream away: the fates of calls that are made as soon as it is used again; and for how many seconds the last may. */
const CASES: readonly { name: string; fates: readonly Fate[]; mostSeconds: number }[] = [
  { name: '429 with 7 s to wait', fates: [status(429, 'rate_limit_error', 7_000)], mostSeconds: 7.1 },
  { name: '429 with a day to wait', fates: [status(429, 'rate_limit_error', DAY_MS)], mostSeconds: 300.1 },
  { name: '529', fates: [status(529, 'overloaded_error')], mostSeconds: 60.1 },
  { name: 'an open breaker', fates: inARow(5, status(503, 'api_error')), mostSeconds: 120.1 },
  { name: '404', fates: [status(404, 'not_found_error')], mostSeconds: 600.1 },
  { name: '401, until it is probed', fates: [UNAUTHORIZED], mostSeconds: 300.1 },
  { name: '401 to six probes', fates: inARow(7, UNAUTHORIZED), mostSeconds: 3_600.1 },
  // As long as a connection and a first byte may take.
  { name: 'a probe that is not heard of', fates: [UNAUTHORIZED, UNHEARD], mostSeconds: 65.1 },
  { name: 'a limit of ours', fates: [OWN_LIMIT], mostSeconds: 60.1 },
  { name: 'a limit that the upstream told', fates: [LAST_ONE], mostSeconds: 300.1 },
];

/** The clock after so many milliseconds have really passed. */
type Jump = (elapsedMs: number) => number;

/** One second after each call. */
const AT_MS = 1_000;

const JUMPS: readonly (readonly [string, Jump])[] = [
  ['an hour forward', (elapsed) => (elapsed < AT_MS ? 0 : HOUR_MS)],
  ['an hour back', (elapsed) => (elapsed < AT_MS ? 0 : -HOUR_MS)],
  ['an hour forward and back again', (elapsed) => (elapsed >= AT_MS && elapsed < 2 * AT_MS ? HOUR_MS : 0)],
];

/** Seconds that have really passed from the last of these calls until the deployment is used again; infinite if a day is not enough. */
const secondsAway = (fates: readonly Fate[], jump: Jump): number => {
  let shownAtCall = DAY_MS;
  let elapsed = 0;
  const shown = (): number => shownAtCall + elapsed + jump(elapsed);
  const engine = new Engine({ now: shown, random: () => 0.5 });
  const route = aRoute([aDeployment('only')]);
  // What is over for a small request may not be for this one; for whom there is nobody else, an open breaker is.
  const isAway = (): boolean =>
    [engine.targets([route]), engine.explain(route, anAsk()).deployments].some((seen) =>
      seen.every(({ excluded }) => excluded !== undefined),
    );
  const wait = (): void => {
    while (elapsed < DAY_MS && isAway()) elapsed += STEP_MS;
  };
  for (const fate of fates) {
    wait();
    shownAtCall = shown();
    elapsed = 0;
    const plan = engine.plan(route, anAsk());
    const choice = plan.next();
    if (choice.kind !== 'try') return Number.NaN;
    fate(plan, choice.deployment);
  }
  // What keeps nobody away shows nothing.
  if (!isAway()) return Number.NaN;
  wait();
  return elapsed < DAY_MS ? elapsed / 1000 : Number.POSITIVE_INFINITY;
};

const longestAway = ({ name, fates, mostSeconds }: (typeof CASES)[number]): Figure => {
  const away = JUMPS.map(([, jump]) => secondsAway(fates, jump));
  const note = JUMPS.map(([what], index) => `${what}: ${away[index]} s`).join(', ');
  return atMost(mostSeconds, { name: `longest away after ${name}`, value: Math.max(...away), unit: 's', note });
};

/** Whether a fresh upstream is used while the clock is wrong. */
const unanswered = (): number => {
  let lost = 0;
  for (const [, jump] of JUMPS) {
    let elapsed = 0;
    const engine = new Engine({ now: () => DAY_MS + elapsed + jump(elapsed), random: () => 0.5 });
    const route = aRoute([aDeployment('a'), aDeployment('b')]);
    for (; elapsed < 10_000; elapsed += STEP_MS) if (!answeredBy(engine, route)) lost++;
  }
  return lost;
};

/** The clock of the host jumps by an hour either way, and back. In virtual time. */
export const hostClockJumps = (): Figure[] => [
  ...CASES.map(longestAway),
  exactly(0, { name: 'calls that healthy upstreams did not get', value: unanswered() }),
];
