import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from '#testing';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly, told } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import type { Batch } from './batch.js';
import { BatchSite } from './batch-site.js';

const DAY_MS = 86_400_000;
/** Answers take so long, and a worker falls asleep so shortly before the deadline that none of those it waits for comes before it. */
const ANSWER_MS = 2_000;
const ASLEEP_BEFORE_MS = 500;
/** Calls that are cut off have been under way; none may be begun. */
const GRACE_MS = 1_500;

/**
 * Makes a batch older, as if its clock had been moved: in storage, which has the truth, before anybody else has read it there. All that
 * Redis and the gateway believe of it is forgotten.
 */
const makeOlder = async (site: BatchSite, { id }: Batch, ms: number): Promise<void> => {
  const file = join(site.folder, 'works', id, 'manifest');
  const manifest = await readFile(file, 'utf8');
  const older = manifest.replace(
    /"(createdAt|expiresAt)":(\d+)/g,
    (_, name: string, at: string) => `"${name}":${Number(at) - ms}`,
  );
  await writeFile(file, older);
  const redis = new Redis(site.redis.url);
  await redis.flushall();
  redis.disconnect();
  await site.fleet.killAny();
};

/** A batch is a day old before it is done, and one of its workers learns of that late, with answers in its hands. */
export const b11: Experiment = {
  id: 'B11',
  title: 'a batch is not done after 24 h',
  tier: 'long',
  run: async (rig) => {
    const lines = rig.scale(1_000, 20_000);
    const leftMs = rig.scale(15_000, 60_000);
    const site = await BatchSite.open(rig, { behaviour: `delay=${ANSWER_MS}`, workers: 0, concurrency: 20 });
    const batch = await site.submit(lines);
    await makeOlder(site, batch, DAY_MS - leftMs);
    await Promise.all([site.crew.hire(), site.crew.hire()]);
    const known = await until(
      () => batch.read(),
      (view) => view !== undefined,
      20_000,
    );
    const deadline = Date.parse(known?.expires_at ?? '');
    await until(epochMs, (now) => now > deadline - ASLEEP_BEFORE_MS, leftMs + 5_000);
    const sleeper = site.crew.any;
    sleeper.signal('SIGSTOP');
    const view = await batch.ended(60_000);
    const results = await batch.results();

    const calls = site.callsFor(batch);
    const late = calls.filter(({ at }) => at + ANSWER_MS > deadline && at < deadline).length;
    await until(epochMs, (now) => now > deadline + ANSWER_MS + GRACE_MS, 60_000);
    sleeper.signal('SIGCONT');
    await until(
      () => sleeper.log.filter(({ msg }) => msg === 'batches.stale').length,
      (refusals) => refusals > 0,
      20_000,
    );
    const { expired, succeeded } = view.request_counts;
    const after = await batch.read();
    return [
      ...(await auditOf(batch, view)),
      exactly(lines, { name: 'lines expired or done before', value: expired + succeeded }),
      atLeast(1, { name: 'lines done before', value: succeeded }),
      atLeast(site.concurrency, { name: 'calls under way at the deadline', value: late }),
      exactly(0, {
        name: 'results or counts that late answers have changed',
        value: Number(JSON.stringify([view, results]) !== JSON.stringify([after, await batch.results()])),
      }),
      exactly(0, {
        name: 'upstream calls begun more than 1.5 s after the deadline',
        value: site.callsFor(batch).filter(({ at }) => at > deadline + GRACE_MS).length,
      }),
      atMost(5, { name: 'until it ended', value: (Date.parse(view.ended_at ?? '') - deadline) / 1000, unit: 's' }),
      told({ name: 'lines expired', value: expired }),
    ];
  },
};
