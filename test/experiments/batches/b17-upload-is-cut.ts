import { until } from '#testing';
import { tracesIn, type Traces, untilOnly } from '../../uploads/traces.js';
import { batchOf, sendHalf } from '../../uploads/upload.js';
import type { Experiment } from '../experiment.js';
import { atMost, exactly, type Figure } from '../figure.js';
import { BatchSite } from './batch-site.js';

/** A submission whose gateway has died gives no sign of life for so long before it is cleared away, with some seconds until somebody looks. */
const ABANDONED_S = 90 + 20;

/** Sends half of a batch, has something happen then, and tells how many seconds nothing is left of it after. */
const cutBy = async (site: BatchSite, before: Traces, body: Buffer, cut: () => Promise<unknown>): Promise<number> => {
  const socket = sendHalf(`${site.fleet.urls[0]}/v1/messages/batches`, body);
  socket.on('error', () => undefined);
  await until(
    () => tracesIn(site),
    ({ files }) => files.length > before.files.length,
  );
  const cutting = cut();
  socket.destroy();
  await cutting;
  const cutAt = performance.now();
  await untilOnly(before, site, ABANDONED_S * 1000);
  return (performance.now() - cutAt) / 1000;
};

/** The submitter goes away in the middle of an upload; or the gateway does. */
export const b17: Experiment = {
  id: 'B17',
  title: 'an upload is cut at 50 %',
  tier: 'long',
  run: async (rig) => {
    const site = await BatchSite.open(rig, { behaviour: '', workers: 1 });
    await site.untilTaken();
    const before = await tracesIn(site);
    const body = Buffer.concat([...batchOf(rig.scale(20_000, 100_000))]);
    const afterCaller = await cutBy(site, before, body, async () => undefined);
    const figures: Figure[] = [
      atMost(5, { name: 'until nothing is left, the submitter gone', value: afterCaller, unit: 's' }),
    ];
    // It takes as long as a submission may be silent.
    if (rig.long) {
      const afterGateway = await cutBy(site, before, body, () => site.fleet.killAny());
      const name = 'until nothing is left, the gateway killed';
      figures.push(atMost(ABANDONED_S, { name, value: afterGateway, unit: 's' }));
    }
    return [...figures, exactly(0, { name: 'batches', value: (await site.listed()).length })];
  },
};
