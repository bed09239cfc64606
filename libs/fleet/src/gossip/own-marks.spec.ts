import { beforeEach, describe, expect, it } from '@jest/globals';
import type { HealthMark } from '#core';
import { type HeardMark, markOf, OwnMarks } from './own-marks.js';

const HOUR = 3_600_000;
const mark: HealthMark = { subject: 'a/b', kind: 'cooldown', reason: '429', remainingMs: 7000 };

describe('the marks of a replica’s own', () => {
  let now: number;
  let own: OwnMarks;

  /** Tells Redis, which has nothing else; gives what it has then. */
  const say = (): HeardMark[] => {
    const taken = own.take();
    const heard = taken.map((one) => ({ ...one, by: 'me' }));
    own.said(taken);
    own.reconcile(heard);
    return heard;
  };
  const another: HeardMark = { field: 'cooldown a/b', id: 'you:1', by: 'you', text: '429', remainingMs: 60_000 };

  beforeEach(() => {
    now = 1000;
    own = new OwnMarks('me', () => now);
  });

  it('are said until they are heard, with the time that is left', () => {
    own.add(mark);
    now += 2000;
    expect(say()).toEqual([{ field: 'cooldown a/b', id: 'me:1', by: 'me', text: '429', remainingMs: 5000 }]);
    expect(own.take()).toEqual([]);
  });

  it('are said once at a time, and again when nobody has heard them', () => {
    own.add(mark);
    const taken = own.take();
    expect(own.take()).toEqual([]);

    own.unheard(taken);

    expect(own.take()).toEqual(taken);
  });

  it('are not said again for an answer that came too late to go by', () => {
    own.add(mark);
    own.said(own.take());

    expect(own.take()).toEqual([]);
  });

  it('of which one was lifted on its way are lifted for good', () => {
    own.add(mark);
    const taken = own.take();
    own.add({ ...mark, remainingMs: 0 });
    own.unheard(taken);

    expect(own.take()).toMatchObject([{ id: 'me:2', remainingMs: 0 }]);
  });

  it('are said no more when they have run out', () => {
    own.add(mark);
    now += 7000;

    expect(own.take()).toEqual([]);
  });

  it('are said again when they are missing', () => {
    own.add(mark);
    say();

    own.reconcile([]);

    expect(own.take()).toMatchObject([{ id: 'me:1' }]);
  });

  it('are not said again when another has taken their place', () => {
    own.add(mark);
    const [heard] = say();
    if (!heard) throw new Error('nothing was said');
    own.reconcile([{ ...heard, id: 'you:1', by: 'you' }]);

    own.reconcile([]);

    expect(own.take()).toEqual([]);
  });

  it('yield at once to a longer one that was there before', () => {
    own.add(mark);

    own.said(own.take());
    own.reconcile([another]);

    expect(own.take()).toEqual([]);
  });

  it('wait for their turn when an older state is heard', () => {
    own.add(mark);

    own.reconcile([another]);

    expect(own.take()).toHaveLength(1);
  });

  it('replace one another, and a lifting is said as such', () => {
    own.add(mark);
    own.add({ ...mark, remainingMs: 0 });

    expect(own.take()).toMatchObject([{ id: 'me:2', remainingMs: 0 }]);
  });

  it.each([
    ['no number', Number.NaN, []],
    ['less than nothing', -5, []],
    ['for ever', Infinity, [{ remainingMs: 24 * HOUR }]],
    ['hardly at all', 0.2, [{ remainingMs: 1 }]],
  ])('that run %s are made sense of', (_, remainingMs, said) => {
    own.add({ ...mark, remainingMs });

    const taken = own.take();
    expect(taken).toMatchObject(said);
    expect(taken).toHaveLength(said.length);
  });
});

describe('a mark that was heard', () => {
  const heard: HeardMark = { field: 'disabled a b\nc', id: 'you:1', by: 'you', text: '401', remainingMs: 5 };

  it('is the mark that was said', () => {
    expect(markOf(heard)).toEqual({ kind: 'disabled', subject: 'a b\nc', reason: '401', remainingMs: 5 });
  });

  it('is nothing of another kind', () => {
    expect(markOf({ ...heard, field: 'enabled x' })).toBeUndefined();
    expect(markOf({ ...heard, field: '' })).toBeUndefined();
  });
});
