import { afterEach, expect, it } from '@jest/globals';
import { until } from '#testing';
import { OTHER_KEY, WorkerSite } from './worker-site.js';

let site: WorkerSite;

afterEach(() => site.close());

// By itself, because it measures times.
it('a worker gives a workspace that comes late with little its share at once', async () => {
  site = await WorkerSite.open({ behaviour: 'delay=1000', concurrency: 50 });
  await site.worker();
  await site.ended(await site.submit(100));
  /** The median of three, because a wait depends on when in the others' calls it begins. */
  const timed = async (): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      await site.ended(await site.submit(25, OTHER_KEY), { key: OTHER_KEY });
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[1] ?? 0;
  };
  const alone = await timed();
  await site.submit(5_000);
  await until(
    () => site.simulator.ledger.counts().open,
    (open) => open >= 45,
  );
  expect(await timed()).toBeLessThan(2 * alone);
}, 90_000);
