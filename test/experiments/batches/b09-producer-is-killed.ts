import { GatewayProcess } from '#testing';
import type { Experiment } from '../experiment.js';
import { atMost, type Figure, told } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import { customIds, offerBatch } from './batch.js';
import { BatchSite } from './batch-site.js';

/** The batch is known and none of its chunks is offered; all are, and the first are on their way into the queue. */
const POINTS = ['accept.recorded', 'accept.offered'] as const;

/** Has a gateway take a batch that dies at a point of doing so. Resolves when it is dead. */
const submitToMortal = async (site: BatchSite, point: string, ids: readonly string[]): Promise<void> => {
  const mortal = await GatewayProcess.start(site.fleet.config, { SWITCHYARD_CRASH_AT: point });
  const answer = await offerBatch(`${mortal.url}/v1/messages/batches`, ids).catch(() => undefined);
  await mortal.exited;
  if (answer) throw new Error(`it did not die at ${point}, and answered ${answer.status}`);
};

/** A gateway dies while it queues a batch that it has taken in. */
export const b09: Experiment = {
  id: 'B9',
  title: 'a gateway is killed while it queues a batch',
  tier: 'long',
  run: async (rig) => {
    const lines = rig.scale(300, 20_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=100', concurrency: 100 });
    const figures: Figure[] = [];
    const alone = await site.submit(lines);
    const aloneFrom = epochMs();
    await alone.ended(rig.scale(60_000, 300_000));
    const aloneSeconds = (epochMs() - aloneFrom) / 1000;
    for (const point of POINTS) {
      const ids = customIds(lines);
      await submitToMortal(site, point, ids);
      const diedAt = epochMs();
      const [id = ''] = await site.listed();
      const batch = site.batch(id, ids);
      const view = await batch.ended(rig.scale(60_000, 300_000));
      const seconds = (epochMs() - diedAt) / 1000;
      const first = site.callsFor(batch)[0]?.at ?? Number.NaN;
      figures.push(
        ...(await auditOf(batch, view)),
        atMost(10, { name: `${point}: until work begins`, value: (first - diedAt) / 1000, unit: 's' }),
        atMost(10, {
          name: `${point}: longer than a batch that nobody disturbs`,
          value: seconds - aloneSeconds,
          unit: 's',
        }),
      );
    }
    return [...figures, told({ name: 'a batch that nobody disturbs', value: aloneSeconds, unit: 's' })];
  },
};
