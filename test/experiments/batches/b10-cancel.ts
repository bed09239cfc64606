import { Redis } from 'ioredis';
import { until } from '#testing';
import type { Experiment } from '../experiment.js';
import { atMost, exactly } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

const LINES = 1_000;
/** How long work may go on after it was canceled: news of it can be lost, and then it is found at the next look. */
const GRACE_MS = 1_500;
const CUT_EVERY_MS = 100;

/** Cuts everybody off who listens for news, again and again. */
const cutNews = (url: string): (() => void) => {
  const client = new Redis(url);
  const timer = setInterval(
    () => void client.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => undefined),
    CUT_EVERY_MS,
  );
  return () => {
    clearInterval(timer);
    client.disconnect();
  };
};

/** A batch is canceled with 200 calls under way, and nobody hears the news. */
export const b10: Experiment = {
  id: 'B10',
  title: 'a batch is canceled with 200 calls under way',
  tier: 'quick',
  run: async (rig) => {
    const site = await BatchSite.open(rig, { behaviour: 'delay=3000', concurrency: 100 });
    const restore = cutNews(site.redis.url);
    rig.ends(async () => restore());
    const batch = await site.submit(LINES);
    await until(
      () => site.open,
      (open) => open >= 2 * site.concurrency,
      30_000,
    );
    const canceledAt = epochMs();
    await batch.cancel();
    const view = await batch.ended(30_000);
    const endedAfter = epochMs() - canceledAt;
    const { canceled, succeeded } = view.request_counts;
    const late = site.callsFor(batch).filter(({ at }) => at > canceledAt + GRACE_MS);
    return [
      ...(await auditOf(batch, view)),
      exactly(0, { name: 'upstream calls begun more than 1.5 s later', value: late.length }),
      atMost(5, { name: 'until it ended', value: endedAfter / 1000, unit: 's' }),
      exactly(LINES, { name: 'lines canceled or done before', value: canceled + succeeded }),
    ];
  },
};
