import { expect, it } from '@jest/globals';
import { ChunkDispatcher } from './chunk-dispatcher.js';
import type { Doorbell } from './doorbell.js';
import type { Lane } from './lane.js';
import type { Schedule } from './schedule.js';
import type { Ticket } from './ticket.js';

it('looks after so many tickets at a time, all together, and after the others next time', async () => {
  const out: Ticket[] = Array.from({ length: 1_200 }, (_, at) => ({
    lane: 'batches',
    work: 'a',
    chunk: at,
    generation: (at * 7) % 1_200,
  }));
  const looked: number[] = [];
  const given: number[] = [];
  let underWay = 0;
  let most = 0;
  const schedule: Partial<Schedule> = {
    outFor: (lane: Lane) => Promise.resolve(lane === 'batches' ? out : []),
    giveBack: ({ chunk }) => Promise.resolve(given.push(chunk) > 0),
  };
  const doorbell: Partial<Doorbell> = {
    holds: async ({ chunk }) => {
      looked.push(chunk);
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
      return chunk !== 5;
    },
  };
  const dispatcher = new ChunkDispatcher(schedule as Schedule, doorbell as Doorbell, { onError: () => undefined });

  const lost = [await dispatcher.repair()];
  expect(looked).toHaveLength(500);
  expect(most).toBe(500);
  lost.push(await dispatcher.repair(), await dispatcher.repair());

  expect(new Set(looked).size).toBe(1_200);
  expect(lost.reduce((sum, count) => sum + count)).toBe(given.length);
  expect(new Set(given)).toEqual(new Set([5]));
});
