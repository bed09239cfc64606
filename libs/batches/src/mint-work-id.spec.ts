import { describe, expect, it } from '@jest/globals';
import { isWorkId } from './layout.js';
import { mintWorkId } from './mint-work-id.js';

describe('ids of works', () => {
  it('are of the form that is looked for, and never the same', () => {
    const ids = Array.from({ length: 1_000 }, (_, at) => mintWorkId(at % 2 === 0 ? 'batch' : 'job'));

    expect(ids.every(isWorkId)).toBe(true);
    expect(new Set(ids).size).toBe(1_000);
    expect(ids[0]).toMatch(/^msgbatch_01.{22}$/);
    expect(ids[1]).toMatch(/^msgjob_01.{22}$/);
  });

  it.each(['', '..', 'msgbatch_01', `msgbatch_01${'0'.repeat(22)}`, `../msgjob_01${'1'.repeat(22)}`])(
    'are nothing else: %p',
    (id) => {
      expect(isWorkId(id)).toBe(false);
    },
  );
});
