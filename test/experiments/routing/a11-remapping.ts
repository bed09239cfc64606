import { Engine } from '#routing';
import type { Deployment, Route } from '#core';
import type { Experiment } from '../experiment.js';
import { atMost, exactly } from '../figure.js';
import { answeredBy, aDeployment, aRoute } from './in-memory.js';

const SEEDS = 10_000;
const KEYS = 60;

/** Numbers that are the same in every run. https://en.wikipedia.org/wiki/Xorshift */
const randomFrom = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

const homesOf = (route: Route, keys: readonly string[], random: () => number): (Deployment | undefined)[] => {
  const engine = new Engine({ now: () => 0, random });
  return keys.map((key) => answeredBy(engine, route, key));
};

interface Remapped {
  /** Keys that moved although neither their old nor their new home came or went. */
  wrongly: number;
  moved: number;
  /** The share of the weight that came or went: what has to move. */
  share: number;
}

/** One deployment of several goes away; read the other way round, it arrives. */
const remap = (seed: number): Remapped => {
  const random = randomFrom(seed);
  const count = 2 + Math.floor(random() * 11);
  const deployments = Array.from({ length: count }, (_, at) => aDeployment(`${seed}-${at}`, 0.5 + 3 * random()));
  const gone = deployments[Math.floor(random() * count)];
  const keys = Array.from({ length: KEYS }, (_, at) => `conversation ${seed}/${at}`);
  const before = homesOf(aRoute(deployments), keys, random);
  const after = homesOf(aRoute(deployments.filter((one) => one !== gone)), keys, random);
  const moved = keys.filter((_, at) => before[at] !== after[at]).length;
  const wrongly = keys.filter((_, at) => before[at] !== after[at] && before[at] !== gone).length;
  const total = deployments.reduce((sum, { weight }) => sum + weight, 0);
  return { wrongly, moved: moved / KEYS, share: (gone?.weight ?? 0) / total };
};

/** Conversations lose their upstream only when it goes, and none but those that it gains when one comes. */
export const a11: Experiment = {
  id: 'A11',
  title: 'an upstream comes or goes: who moves',
  tier: 'quick',
  run: async (rig) => {
    const all = Array.from({ length: rig.scale(1_000, SEEDS) }, (_, seed) => remap(seed));
    const mean = (read: (one: Remapped) => number): number => all.reduce((sum, one) => sum + read(one), 0) / all.length;
    return [
      exactly(0, { name: 'conversations that moved without need', value: mean(({ wrongly }) => wrongly) * all.length }),
      atMost(2, {
        name: 'moved beyond the share that came or went',
        value: 100 * (mean(({ moved }) => moved) - mean(({ share }) => share)),
        unit: '%',
        note: `${all.length} seeds, ${KEYS} conversations each`,
      }),
    ];
  },
};
