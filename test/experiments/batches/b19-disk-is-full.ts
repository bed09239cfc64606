import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '#testing';
import { NO_SMALL_DISK, SmallDisk } from '../../support/small-disk.js';
import type { Experiment } from '../experiment.js';
import { atMost, exactly } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

const DISK_MB = 32;
/** So long it is looked at whether a batch that waits for room asks anybody anything. */
const WATCHED_MS = 4_000;

const mountable = (): boolean => {
  const disk = SmallDisk.mount(1);
  disk?.remove();
  return disk !== undefined;
};

/** Storage runs full in the middle of a batch, and has room again later. */
export const b19: Experiment = {
  id: 'B19',
  title: 'the disk is full during a batch',
  tier: 'long',
  obstacle: () => (mountable() ? undefined : NO_SMALL_DISK),
  run: async (rig) => {
    const disk = SmallDisk.mount(DISK_MB);
    if (!disk) throw new Error('the disk could not be mounted');
    rig.ends(async () => disk.remove());
    const lines = rig.scale(600, 10_000);
    const folder = join(disk.folder, 'storage');
    const site = await BatchSite.open(rig, { behaviour: 'delay=500', concurrency: rig.scale(20, 50), folder });
    const batch = await site.submit(lines);
    await batch.reached(lines / 3);

    await disk.fill();
    // What is under way ends, and its answers wait for room.
    await until(
      () => site.open,
      (open) => open === 0,
      20_000,
    );
    // What was sealed meanwhile has made some.
    await disk.fill();
    const answer = await site.offer(5_000);
    const pausedAt = epochMs();
    await pause(WATCHED_MS);
    const meanwhile = site.callsFor(batch).filter(({ at }) => at > pausedAt);
    const roomAt = epochMs();
    await disk.makeRoom();
    const view = await batch.ended(rig.scale(60_000, 300_000));
    const resumedAt = site.callsFor(batch).find(({ at }) => at > roomAt)?.at ?? Number.NaN;
    return [
      ...(await auditOf(batch, view)),
      exactly(503, { name: 'answer to a new batch while it is full', value: answer.status, note: answer.text }),
      exactly(0, { name: 'upstream calls begun while it is full', value: meanwhile.length }),
      atMost(10, { name: 'until work goes on once there is room', value: (resumedAt - roomAt) / 1000, unit: 's' }),
      exactly(0, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
    ];
  },
};
