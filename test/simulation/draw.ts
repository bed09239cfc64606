import type { Placement } from './deployments.js';
import { among } from './random.js';
import type { Habits } from './traffic.js';
import { TROUBLE_KINDS, type Trouble } from './trouble.js';

const HOUR_MS = 3_600_000;

const drawTrouble = (random: () => number, until: number): Trouble => {
  const from = random() * until * 0.9;
  const to = Math.min(until, from + random() * 60_000);
  const retryAfterMs = random() < 0.5 ? Math.ceil(random() * 20) * 1000 : undefined;
  return { from, to, kind: among(random, TROUBLE_KINDS), ...(retryAfterMs !== undefined && { retryAfterMs }) };
};

/** For each of so many upstreams up to three troubles of its own, that are over by `until`; in one of four worlds most share one besides. */
export const drawTroubles = (random: () => number, upstreams: number, until: number): Trouble[][] => {
  const common = random() < 0.25 ? drawTrouble(random, until) : undefined;
  return Array.from({ length: upstreams }, () => {
    const own = Array.from({ length: Math.floor(random() * 4) }, () => drawTrouble(random, until));
    return common && random() < 0.8 ? [common, ...own] : own;
  });
};

const upTo = (most: number, random: () => number): number[] =>
  Array.from({ length: 1 + Math.floor(random() * most) }, (_, at) => at);

/** One to three tiers of one to three providers with one or two credentials, of which some lead to two models. */
export const drawPlacements = (random: () => number): Placement[] =>
  upTo(3, random).flatMap((tier) =>
    upTo(3, random).flatMap((provider) =>
      upTo(2, random).flatMap((credential) =>
        (random() < 0.2 ? ['m', 'n'] : ['m']).map((model) => ({
          provider: `p${tier + 1}${provider}`,
          credential: `k${credential}`,
          tier: tier + 1,
          weight: 0.5 + random() * 2.5,
          model,
        })),
      ),
    ),
  );

/** Half of the worlds are without each of these. */
export const drawHabits = (random: () => number): Habits => {
  const share = (most: number): number => Math.max(0, (random() * 2 - 1) * most);
  return { batches: share(0.6), rich: share(0.4), repeated: share(0.3), impatient: share(0.3), whole: share(0.5) };
};

/** How long a route lets calls wait for the first to return: longer than a call may wait at all, for one. */
export const drawWaitMs = (random: () => number): number => among(random, [0, 0, 500, 2_000, 8_000]);

/** An hour either way, in one of five worlds. */
export const drawJumps = (random: () => number, until: number): { at: number; ms: number }[] =>
  random() < 0.8
    ? []
    : Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        at: random() * until,
        ms: random() < 0.5 ? HOUR_MS : -HOUR_MS,
      }));
