import type { Deployment, Route } from '#core';
import type { Choice, Chooser, Plan } from '#routing';

/** What others do, to be compared with: draws or takes turns, knows nothing of health, and tries two others when one fails. */
class Simple implements Chooser {
  constructor(private readonly first: (among: readonly Deployment[]) => number) {}

  plan({ deployments }: Route): Plan {
    const left = [...deployments];
    let attempts = 0;
    let isOver = false;
    return {
      policy: 'least-loaded',
      next: (): Choice => {
        const [deployment] = !isOver && left.length > 0 && attempts++ < 3 ? left.splice(this.first(left), 1) : [];
        return deployment ? { kind: 'try', deployment } : { kind: 'none', reason: 'tried', retryAfterMs: undefined };
      },
      firstByte: () => undefined,
      reported: () => undefined,
      settled: (_, outcome) => {
        isOver = outcome.kind !== 'failed' || outcome.hasContent === true;
      },
    };
  }
}

/** One after the other. */
export const roundRobin = (): Chooser => {
  let turn = 0;
  return new Simple(({ length }) => turn++ % length);
};

/** Any, with equal chance. */
export const atRandom = (random: () => number): Chooser => new Simple(({ length }) => Math.floor(random() * length));
