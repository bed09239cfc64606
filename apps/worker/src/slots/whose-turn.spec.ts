import { describe, expect, it } from '@jest/globals';
import { type Waiting, Work, Workspace } from './waiting-lines.js';
import { type MayBegin, Round, whoseTurn } from './whose-turn.js';

const always: MayBegin = () => true;

interface Given {
  weight?: number;
  underWay?: number;
  /** Waiting lines by work and route. */
  waiting?: Record<string, Record<string, number>>;
}

const aWorkspace = (
  name: string,
  { weight = 1, underWay = 0, waiting = { work: { m: 100 } } }: Given = {},
): Workspace => {
  const workspace = new Workspace(weight);
  workspace.underWay = underWay;
  for (const [title, routes] of Object.entries(waiting)) {
    const work = new Work(1);
    workspace.inner.set(title, work);
    for (const [route, lines] of Object.entries(routes))
      work.inner.set(
        route,
        Array.from(
          { length: lines },
          (_, line) => ({ wish: { workspace: name, work: title, route, line } }) as Waiting,
        ),
      );
  }
  return workspace;
};

/** Who begins lines, one after the other, until so many have or nobody may. */
const begun = (next: () => ReturnType<typeof whoseTurn>, most: number): string[] => {
  const names: string[] = [];
  while (names.length < most) {
    const turn = next();
    const line = turn?.queue.shift();
    if (!turn || !line) break;
    turn.workspace.underWay++;
    names.push(line.wish.workspace);
  }
  return names;
};

describe('the next turn', () => {
  it('is that of whoever has the fewest under way for its weight', () => {
    const few = aWorkspace('few', { underWay: 2 });
    const heavy = aWorkspace('heavy', { underWay: 5, weight: 3 });
    expect(whoseTurn([few, heavy], always)?.workspace).toBe(heavy);
    heavy.underWay = 7;
    expect(whoseTurn([few, heavy], always)?.workspace).toBe(few);
  });

  it('is that of its work with the fewest, and of the first of its lines', () => {
    const workspace = aWorkspace('w', { waiting: { busy: { m: 3 }, idle: { m: 3 } } });
    for (const work of workspace.inner.values()) work.underWay = 1;
    const idle = workspace.inner.get('idle');
    if (idle) idle.underWay = 0;
    expect(whoseTurn([workspace], always)?.queue[0]?.wish).toMatchObject({ work: 'idle', line: 0 });
  });

  it('passes over lines whose route takes none, and who has no others', () => {
    const onlyRefused = aWorkspace('a', { waiting: { work: { refused: 3 } } });
    const both = aWorkspace('b', { underWay: 9, waiting: { work: { refused: 3, open: 3 } } });
    const turn = whoseTurn([onlyRefused, both], (_, route) => route === 'open');
    expect(turn?.queue[0]?.wish).toMatchObject({ workspace: 'b', route: 'open' });
    expect(whoseTurn([onlyRefused], () => false)).toBeUndefined();
  });
});

describe('a round of turns', () => {
  it('gives one alone all that there is', () => {
    const round = new Round([aWorkspace('a')], always);
    expect(begun(() => round.next(), 50)).toHaveLength(50);
  });

  it('keeps the others near whoever is first, though that one asks for one line after the other', () => {
    const newcomer = aWorkspace('new', { waiting: { work: { m: 1 } } });
    const round = new Round([aWorkspace('old', { underWay: 1 }), newcomer], always);
    expect(begun(() => round.next(), 50)).toEqual(['new', 'old']);
  });

  it('brings all to the same when all want more', () => {
    const round = new Round(
      [aWorkspace('a', { underWay: 4 }), aWorkspace('b'), aWorkspace('c', { underWay: 2 })],
      always,
    );
    const names = begun(() => round.next(), 12);
    expect(['a', 'b', 'c'].map((name) => names.filter((each) => each === name).length)).toEqual([2, 6, 4]);
  });
});
