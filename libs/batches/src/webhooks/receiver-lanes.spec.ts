import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReceiverLanes } from './receiver-lanes.js';

interface Item {
  id: string;
  receiver: string;
}

describe('deliveries to several receivers', () => {
  let begun: string[];
  let finish: Map<string, (isWell: boolean) => void>;
  let lanes: ReceiverLanes<Item>;

  beforeEach(() => {
    begun = [];
    finish = new Map();
    lanes = new ReceiverLanes<Item>(({ id }) => {
      begun.push(id);
      return new Promise((resolve) => finish.set(id, resolve));
    });
  });

  const end = async (id: string, isWell = true): Promise<void> => {
    finish.get(id)?.(isWell);
    await setImmediate();
  };

  const addMany = (receiver: string, count: number): number[] =>
    Array.from({ length: count }, (_, at) => lanes.add({ id: `${receiver}${at}`, receiver }));

  it('go one by one to each, and to all at the same time', async () => {
    addMany('a', 3);
    addMany('b', 2);
    expect(begun).toEqual(['a0', 'b0']);

    await end('b0');
    expect(begun).toEqual(['a0', 'b0', 'b1']);
    await end('a0');
    expect(begun).toEqual(['a0', 'b0', 'b1', 'a1']);
    expect([...lanes.ids]).toEqual(['a1', 'a2', 'b1']);
  });

  it('are bounded, and a receiver whose turn it was waits for the others', async () => {
    for (let at = 0; at < 200; at++) addMany(`r${at}-`, 2);
    expect(begun).toHaveLength(128);

    await end('r0-0');
    expect(begun.at(-1)).toBe('r128-0');
  });

  it('go several at once to one that is behind, while it answers well', async () => {
    addMany('a', 100);
    expect(begun).toHaveLength(8);

    await end('a0', false);
    await end('a1', false);
    expect(begun).toHaveLength(8);
  });

  it('are sent back when too many wait, for about as long as these take', async () => {
    addMany('a', 1);
    expect(
      addMany('a', 400)
        .filter((waitMs) => waitMs > 0)
        .every((waitMs) => waitMs === 1_000),
    ).toBe(true);
    expect(lanes.ids.size).toBeLessThanOrEqual(128 + 8);
  });

  it('are forgotten where they wait, and not where they are under way', async () => {
    addMany('a', 3);
    lanes.clear();
    expect([...lanes.ids]).toEqual(['a0']);

    const idle = lanes.idle();
    await end('a0');
    await idle;
    expect(begun).toEqual(['a0']);
    expect(lanes.ids.size).toBe(0);
  });
});
