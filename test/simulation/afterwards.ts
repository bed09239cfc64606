import type { Deployment, Route } from '#core';
import type { Engine } from '#routing';
import type { Notes } from './notes.js';
import type { Upstream } from './upstream.js';

/** What is left of a run to look at. */
export interface Remains {
  route: Route;
  engines: readonly Engine[];
  notes: Notes;
}

/** What happened before. */
export interface Before {
  upstreams: ReadonlyMap<Deployment, Upstream>;
  /** When conversations began that anybody can serve. */
  beginnings: readonly number[];
  endedAt: number;
}

/** So many expected and none seen: chance in one of 160,000. */
const CERTAIN = 12;
const LATELY_MS = 8 * 60_000;

/** Long after the last trouble nothing may be held against anybody, and who has a share gets it: each new conversation goes to a place of its own. */
export const afterCalm = ({ route, engines, notes }: Remains, { upstreams, beginnings, endedAt }: Before): void => {
  // Who has not been needed since may be finding out just now.
  for (const [replica, engine] of engines.entries())
    for (const { deployment, excluded, breaker, inFlight } of engine.targets([route]))
      if (excluded !== undefined && !(excluded.code === 'probing' && inFlight > 0))
        notes.violated(
          `replica ${replica} still leaves out ${deployment.id}: ${excluded.code}, breaker ${breaker.state}`,
        );
  const lately = beginnings.filter((at) => at > endedAt - LATELY_MS).length;
  const first = route.deployments.filter(({ tier }) => tier === 1);
  const total = first.reduce((sum, { weight }) => sum + weight, 0);
  for (const deployment of first) {
    const askedAt = upstreams.get(deployment)?.lastAskedAt ?? 0;
    if ((deployment.weight / total) * lately >= CERTAIN && askedAt < endedAt - LATELY_MS)
      notes.violated(`${deployment.id} was last asked at ${Math.round(askedAt / 1000)} s and starves`);
  }
};

/** What has ended must not be counted as running. */
export const afterTheLast = ({ route, engines, notes }: Remains): void => {
  for (const engine of engines)
    for (const { deployment, inFlight } of engine.targets([route]))
      if (inFlight !== 0) notes.violated(`${deployment.id} has ${inFlight} calls in flight and none running`);
};
