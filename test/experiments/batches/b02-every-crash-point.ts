import { CRASH_POINTS } from '#batches';
import { dieAt } from '../../batches/deaths.js';
import { WorkRoom } from '../../batches/work-room.js';
import { FullOutbox } from '../../webhooks/full-outbox.js';
import type { Experiment } from '../experiment.js';
import { exactly, told } from '../figure.js';

/** Points at a time. */
const AT_ONCE = 3;
const WEBHOOKS = 20;

/** Of works: of which time they are passed a process dies, one death after the other. */
const workDies = async (point: string, times: readonly number[]): Promise<number> => {
  const room = await WorkRoom.open({ appendOnly: true });
  try {
    return await dieAt(room, point, times);
  } finally {
    await room.close();
  }
};

const senderDies = async (point: string): Promise<number> => {
  const outbox = await FullOutbox.open(WEBHOOKS);
  try {
    await outbox.sendInSpiteOf(`${point}:${WEBHOOKS / 2}`);
    if (outbox.firsts.join() !== outbox.ids.join()) throw new Error('not all were told, or not in their order');
    return 1;
  } finally {
    await outbox.close();
  }
};

/** A process that takes in, runs, ends, cancels, archives, deletes and tells of works dies at every step of it, and lives again. */
export const b02: Experiment = {
  id: 'B2',
  title: 'a process dies at every step there is',
  tier: 'long',
  run: async (rig) => {
    const waiting = CRASH_POINTS.values();
    const wrongs: string[] = [];
    let passed = 0;
    let deaths = 0;
    const one = async (): Promise<void> => {
      for (const point of waiting)
        try {
          const died = await (point.startsWith('webhook.')
            ? senderDies(point)
            : workDies(point, rig.scale([1], [1, 2, 3])));
          deaths += died;
          passed++;
        } catch (error) {
          wrongs.push(`${point}: ${String(error)}`);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return [
      exactly(CRASH_POINTS.length, {
        name: 'points after which all is as it should be',
        value: passed,
        note: wrongs.join('; ') || undefined,
      }),
      told({ name: 'deaths', value: deaths }),
    ];
  },
};
