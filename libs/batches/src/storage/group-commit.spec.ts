import { describe, expect, it } from '@jest/globals';
import { GroupCommit } from './group-commit.js';

/** Commits that end when they are told to. */
const start = () => {
  const groups: { records: string[]; end: (error?: Error) => void }[] = [];
  const begun: (() => void)[] = [];
  const group = new GroupCommit({
    gatherMs: 0,
    commit: (records) =>
      new Promise((resolve, reject) => {
        groups.push({ records: records.map(String), end: (error) => (error ? reject(error) : resolve()) });
        begun.shift()?.();
      }),
  });
  const nextGroup = () => new Promise<void>((resolve) => void begun.push(resolve));
  return { group, groups, nextGroup };
};

describe('group commit', () => {
  it('takes together what came while the last group was on its way', async () => {
    const { group, groups, nextGroup } = start();
    let begun = nextGroup();
    const first = group.add(Buffer.from('1'));
    await begun;
    const others = ['2', '3', '4'].map((text) => group.add(Buffer.from(text)));
    expect(groups).toHaveLength(1);
    begun = nextGroup();
    groups[0]?.end();
    await first;
    await begun;
    groups[1]?.end();
    await Promise.all(others);
    expect(groups.map(({ records }) => records)).toEqual([['1'], ['2', '3', '4']]);
  });

  it('tells a failure to the records of the group and to no others', async () => {
    const { group, groups, nextGroup } = start();
    let begun = nextGroup();
    const first = group.add(Buffer.from('1'));
    await begun;
    const second = group.add(Buffer.from('2'));
    begun = nextGroup();
    groups[0]?.end(new Error('full'));
    await expect(first).rejects.toThrow('full');
    await begun;
    groups[1]?.end();
    await second;
    await group.idle();
  });

  it('bounds the bytes of a group, but for one that is larger alone', async () => {
    const sizes: number[][] = [];
    const group = new GroupCommit({
      gatherMs: 0,
      commit: async (records) => void sizes.push(records.map(({ length }) => length / 1e6)),
    });
    await Promise.all([1, 2, 2, 9, 1].map((size) => group.add(Buffer.alloc(size * 1e6))));
    expect(sizes).toEqual([[1, 2], [2], [9], [1]]);
  });
});
