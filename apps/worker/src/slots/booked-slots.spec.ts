import { describe, expect, it } from '@jest/globals';
import type { Line } from '#batches';
import { BookedSlots } from './booked-slots.js';
import { FairSlots } from './fair-slots.js';
import { NO_LIMIT } from './no-limit.js';

const never = new AbortController().signal;

const lineOf = (index: number): Line =>
  ({ work: { id: 'msgbatch_1', workspace: 'w', kind: 'batch', priority: 'normal' }, index }) as Line;

const bench = () => {
  const slots = new FairSlots({ most: () => 10, limitOf: () => NO_LIMIT, now: () => 0 });
  const booked = new BookedSlots(
    { batch: slots, interactive: slots },
    { weightOf: () => 1, urgencyOf: () => 'batch' as const },
  );
  return { slots, booked };
};

describe('slots that were taken for lines', () => {
  it('are those of their lines, in whatever order these begin and end', async () => {
    const { slots, booked } = bench();
    const [first, second] = [lineOf(0), lineOf(1)];
    const releaseFirst = await booked.take(first, never);
    await booked.take(second, never);

    const running = booked.claim(second);
    releaseFirst();
    expect(slots.underWay).toBe(1);
    running.answered();
    expect(slots.underWay).toBe(0);
  });

  it('are not shared by two holders of a chunk that run the same line', async () => {
    const { slots, booked } = bench();
    const [lost, next] = [lineOf(0), lineOf(0)];
    const release = await booked.take(lost, never);
    await booked.take(next, never);

    release();
    expect(slots.underWay).toBe(1);
    booked.claim(next).answered();
    expect(slots.underWay).toBe(0);
  });

  it("are nobody else's", () => {
    expect(() => bench().booked.claim(lineOf(0))).toThrow('line 0 of msgbatch_1');
  });
});
