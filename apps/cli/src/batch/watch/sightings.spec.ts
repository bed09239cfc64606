import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../failure.js';
import { Away } from '../away.js';
import type { Progress } from '../wire.js';
import { type Sighting, sightings } from './sightings.js';

const progress = (done: number, more: Partial<Progress> = {}): Progress => ({
  id: 'msgbatch_1',
  processing_status: 'in_progress',
  request_counts: { processing: 100 - done, succeeded: done, errored: 0, canceled: 0, expired: 0 },
  done,
  total: 100,
  started_at: '2026-01-01T00:00:00.000Z',
  rate_per_second: 3,
  seconds_left: 5,
  duplicate_calls: 0,
  usage: {},
  ...more,
});

const ended = progress(100, { processing_status: 'ended' });

/** Watches through a gateway that says these things, with a clock that only pauses move. */
const watch = async (answers: readonly (Progress | Error)[]): Promise<{ seen: Sighting[]; pauses: number[] }> => {
  const pauses: number[] = [];
  const rest = [...answers];
  let clock = 0;
  const seen: Sighting[] = [];
  const watching = sightings({
    ask: async () => {
      const answer = rest.shift();
      if (!answer || answer instanceof Error) throw answer;
      return answer;
    },
    pause: async (ms) => {
      pauses.push(ms);
      clock += ms;
    },
    now: () => clock,
  });
  for await (const sighting of watching) seen.push(sighting);
  return { seen, pauses };
};

describe('watching a batch', () => {
  it('asks until it has ended', async () => {
    const { seen, pauses } = await watch([progress(10), progress(40), ended]);

    expect(seen.map((sighting) => sighting.progress?.done)).toEqual([10, 40, 100]);
    expect(pauses).toEqual([1000, 1000]);
  });

  it('tells the rate of the gateway until it knows its own', async () => {
    const { seen } = await watch([progress(10), progress(40), ended]);

    expect(seen.map(({ perSecond }) => perSecond)).toEqual([3, 30, 45]);
  });

  it('asks less often while the end is far', async () => {
    expect((await watch([progress(1, { seconds_left: 900 }), ended])).pauses).toEqual([2000]);
  });

  it('goes on when the gateway is away, with longer and longer pauses', async () => {
    const away = new Away('busy', 'It is away.', 'is away');
    const { seen, pauses } = await watch([progress(10), away, away, away, away, away, away, progress(20), away, ended]);

    expect(pauses).toEqual([1000, 1000, 2000, 4000, 8000, 15_000, 15_000, 1000, 1000]);
    expect(seen[2]).toMatchObject({ progress: { done: 10 }, away: { brief: 'is away', retryAt: 4000 } });
    expect(seen.at(-1)?.away).toBeUndefined();
  });

  it('waits as long as it is asked to', async () => {
    expect((await watch([new Away('busy', '', '', { retryAfterMs: 40_000 }), ended])).pauses).toEqual([40_000]);
  });

  it('ends with a refusal', async () => {
    await expect(watch([progress(1), new Failure('No such batch.')])).rejects.toThrow('No such batch.');
  });
});
