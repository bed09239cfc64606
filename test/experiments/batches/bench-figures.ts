import type { Bound, Finding } from '../../bench/batches/finding.js';
import type { Ground } from '../../bench/batches/scenario.js';
import { Site } from '../../bench/batches/site.js';
import { atLeast, atMost, type Figure, type Measured, told } from '../figure.js';
import type { Rig } from '../rig/rig.js';

const judged = (bound: Bound | undefined, measured: Measured): Figure => {
  if (bound === undefined) return told(measured);
  return 'most' in bound ? atMost(bound.most, measured) : atLeast(bound.least, measured);
};

const figureOf = ({ what, unit, value, against, bound }: Finding): Figure =>
  judged(bound, { name: what, value: value.median, unit, note: against === '' ? undefined : against });

/** What the benchmark of batches measures, as figures: on processes that tell what they use, and on nothing else of the rig's. */
export const benchFigures = async (rig: Rig, measure: (ground: Ground) => Promise<Finding[]>): Promise<Figure[]> => {
  const site = await Site.open();
  rig.ends(() => site.close());
  const findings = await measure({ site, gateway: await site.startGateway(), quick: !rig.long });
  return findings.map(figureOf);
};
