import { setTimeout as pause } from 'node:timers/promises';
import { type Deployment, NO_USAGE } from '#core';
import type { Fleet } from '#fleet';
import { RateBuckets } from '../../apps/simulator/src/rate-buckets.js';

/** How replicas are flooded. */
export interface FloodPlan {
  /** The upstream's own limit, which judges what was admitted. */
  rpm: number;
  seconds: number;
  /** Calls a second, on all replicas together. */
  perSecond: number;
  /** How long an upstream takes to answer. */
  answerMs?: number;
}

/** What became of a flood. */
export interface FloodFigures {
  calls: number;
  admitted: number;
  /** Admitted here and refused by the upstream. */
  refusedUpstream: number;
  /** Answered without asking anybody. */
  atOnce: number;
  mostUnderWay: number;
  /** All but one in a hundred calls waited no longer for their reservation. */
  waitMs: number;
}

/** All but one in a hundred are no greater. */
export const p99 = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.ceil(figures.length * 0.99) - 1] ?? 0;

const PROMPT = { inputTokens: 1000, outputTokens: 100 };
const USED = { ...NO_USAGE, input: 1000, output: 50 };

/** Sends calls at a steady pace to replicas in turn, whatever becomes of them. */
export const flood = async (
  fleets: readonly Fleet[],
  deployment: Deployment,
  { rpm, seconds, perSecond, answerMs = 20 }: FloodPlan,
): Promise<FloodFigures> => {
  const upstream = new RateBuckets();
  const figures: FloodFigures = {
    calls: 0,
    admitted: 0,
    refusedUpstream: 0,
    atOnce: 0,
    mostUnderWay: 0,
    waitMs: 0,
  };
  const waits: number[] = [];
  let underWay = 0;

  const call = async ({ credentialLimits }: Fleet): Promise<void> => {
    const start = performance.now();
    const answer = credentialLimits.reserve(deployment, PROMPT, 'interactive');
    if (!(answer instanceof Promise)) figures.atOnce++;
    const reservation = await answer;
    waits.push(performance.now() - start);
    if (reservation.kind === 'refused') return;
    figures.admitted++;
    figures.mostUnderWay = Math.max(figures.mostUnderWay, ++underWay);
    if (!upstream.take('credential', { limit: rpm, periodMs: 60_000 }, 1, performance.now()).allowed)
      figures.refusedUpstream++;
    await pause(answerMs);
    underWay--;
    reservation.settle(USED);
  };

  const start = performance.now();
  const calls: Promise<void>[] = [];
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - start) {
    for (; figures.calls < (elapsed / 1000) * perSecond; figures.calls++) {
      const fleet = fleets[figures.calls % fleets.length];
      if (fleet) calls.push(call(fleet));
    }
    await pause(2);
  }
  await Promise.all(calls);
  return { ...figures, waitMs: p99(waits) };
};
