import { describe, expect, it, jest } from '@jest/globals';
import { AdaptiveLimit } from './adaptive-limit.js';
import { FairSlots } from './fair-slots.js';
import type { Slot, Wish } from './slot.js';

const never = new AbortController().signal;

const wish = (workspace: string, more: Partial<Wish> = {}): Wish => ({
  workspace,
  weight: 1,
  work: `${workspace}-1`,
  share: 1,
  line: 0,
  route: 'm',
  ...more,
});

/** Slots with a clock that stands, and what has been granted so far, in order. */
const bench = (most = 10) => {
  const clock = { now: 0 };
  const slots = new FairSlots({
    most: () => most,
    limitOf: () =>
      new AdaptiveLimit(
        () => most,
        () => 0,
      ),
    now: () => clock.now,
  });
  const granted: { wish: Wish; slot: Slot }[] = [];
  const ask = (wanted: Wish, times = 1): void => {
    for (let i = 0; i < times; i++) void slots.take(wanted, never).then((slot) => granted.push({ wish: wanted, slot }));
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  /** Lets the oldest `count` under way come back with an answer. */
  const answer = async (count: number): Promise<void> => {
    for (const { slot } of granted.splice(0, count)) slot.answered();
    await settle();
  };
  const of = (workspace: string): number => granted.filter(({ wish }) => wish.workspace === workspace).length;
  return { slots, clock, granted, ask, settle, answer, of };
};

describe('the slots for lines', () => {
  it('lets no more lines begin than are configured', async () => {
    const { ask, granted, settle, answer } = bench(10);
    ask(wish('a'), 50);
    await settle();
    expect(granted).toHaveLength(10);
    await answer(3);
    expect(granted).toHaveLength(10);
  });

  it('gives whoever comes late the next free ones, until everybody has the same', async () => {
    const { ask, settle, answer, of } = bench(10);
    ask(wish('a'), 1_000);
    await settle();
    ask(wish('b'), 50);
    await answer(5);
    expect(of('b')).toBe(5);
    await answer(5);
    expect([of('a'), of('b')]).toEqual([5, 5]);
  });

  it('gives a newcomer all that is free, although it asks for one line after the other', async () => {
    const { slots, ask, settle, answer, of } = bench(16);
    ask(wish('a'), 1_000);
    await settle();
    let got = 0;
    const newcomer = (async () => {
      for (; got < 8; got++) await slots.take(wish('b'), never);
    })();
    await answer(8);
    await newcomer;
    expect([got, of('a')]).toEqual([8, 8]);
  });

  it('begins the lines of a work in their order, whichever asked first', async () => {
    const { ask, settle, answer, granted } = bench(1);
    for (const line of [0, 7, 3, 9, 1]) ask(wish('a', { line }));
    const begun: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      await settle();
      begun.push(...granted.map(({ wish: { line } }) => line));
      await answer(1);
    }
    expect(begun).toEqual([0, 1, 3, 7, 9]);
  });

  it('shares by weight', async () => {
    const { ask, settle, answer, of } = bench(12);
    ask(wish('a', { weight: 3 }), 100);
    ask(wish('b'), 100);
    await settle();
    await answer(12);
    expect([of('a'), of('b')]).toEqual([9, 3]);
  });

  it('shares what a workspace has between its works', async () => {
    const { ask, settle, answer, granted } = bench(10);
    ask(wish('a', { work: 'large', share: 4 }), 100);
    ask(wish('a', { work: 'background', share: 1 }), 100);
    await settle();
    await answer(10);
    expect(granted.filter(({ wish }) => wish.work === 'background')).toHaveLength(2);
  });

  it('goes on with other models while one is refused', async () => {
    const { ask, settle, granted, clock } = bench(4);
    ask(wish('a'), 20);
    await settle();
    clock.now = 10;
    for (const { slot } of granted.splice(0)) slot.troubled(5_000);
    await settle();
    expect(granted).toHaveLength(0);
    ask(wish('a', { route: 'other' }), 2);
    await settle();
    expect(granted).toHaveLength(2);
  });

  it('goes on with a refused model when its time has come, by itself', async () => {
    const { slots, clock, granted, ask, settle } = bench(4);
    ask(wish('a'), 5);
    await settle();
    clock.now = 10;
    for (const { slot } of granted.splice(0)) slot.troubled(30);
    await settle();
    expect(slots.underWay).toBe(0);
    clock.now = 100;
    const later = slots.take(wish('b', { route: 'other' }), never);
    await later;
    await settle();
    expect(granted.length).toBeGreaterThan(0);
  });

  it('learns from the first lines of a work where its others will go', async () => {
    const { slots, granted, ask, settle, clock } = bench(10);
    ask(wish('a', { route: undefined }), 20);
    await settle();
    expect(granted).toHaveLength(4);
    granted[0]?.slot.goes('m');
    await settle();
    expect(granted).toHaveLength(10);
    clock.now = 10;
    for (const { slot } of granted.splice(0)) {
      slot.goes('m');
      slot.troubled(5_000);
    }
    await settle();
    expect(granted).toHaveLength(0);
    expect([...slots.limits()]).toEqual([{ route: 'm', limit: 7 }]);
  });

  it('leaves the line of those who do not wait any more, with their reason', async () => {
    const { slots, ask, settle, answer, of } = bench(1);
    ask(wish('a'));
    await settle();
    const canceled = new AbortController();
    const waiting = slots.take(wish('b'), canceled.signal);
    ask(wish('c'));
    canceled.abort(new Error('canceled'));
    await expect(waiting).rejects.toThrow('canceled');
    await answer(1);
    expect(of('c')).toBe(1);
  });

  it('waits for a refused model no longer than anybody wants it', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask'] });
    const { slots, ask, settle, granted, clock } = bench(1);
    ask(wish('a'));
    await settle();
    const stop = new AbortController();
    const waiting = slots.take(wish('b'), stop.signal);
    clock.now = 10;
    granted[0]?.slot.troubled(300_000);
    await settle();
    expect(jest.getTimerCount()).toBe(1);
    stop.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('takes the end of a line once', async () => {
    const { slots, granted, ask, settle } = bench(2);
    ask(wish('a'), 2);
    await settle();
    for (const { slot } of granted) {
      slot.answered();
      slot.release();
      slot.troubled(undefined);
    }
    expect(slots.underWay).toBe(0);
    expect([...slots.limits()]).toEqual([{ route: 'm', limit: 2 }]);
  });
});
