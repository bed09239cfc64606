import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type Explanation, explanationLines } from './explanation-lines.js';

const a = { id: 'a/main/m', tier: 1, weight: 1, score: 1, share: 1 };
const b = { id: 'b/spare/m', tier: 2, weight: 0.25, score: null, share: null };

const said = (more: Partial<Explanation>): string[] => {
  const nothing: Explanation = {
    model: 'm',
    route: 'm',
    policy: 'only',
    panic: false,
    retry_after_ms: null,
    eligible: [],
    excluded: [],
  };
  return stripVTControlCharacters(explanationLines({ ...nothing, ...more }).join('\n')).split('\n');
};

describe('an explanation on the screen', () => {
  it('says that there is nothing to choose from where there is one', () => {
    expect(said({ eligible: [a] })).toEqual([
      'm would go to a/main/m now.',
      '',
      'order (there is nothing to choose from)',
      '  1.  a/main/m  tier 1  weight 1  score 1.00  100 %',
    ]);
  });

  it('says where a conversation has its home', () => {
    const [home, second] = [{ ...a, score: null, share: null }, b];
    expect(said({ model: 'alias', route: 'm', policy: 'affinity', eligible: [home, second] })).toEqual([
      'alias (route m) would go to a/main/m now.',
      '',
      'order (by affinity: a conversation stays where its prompt is cached)',
      '  1.  a/main/m   tier 1  weight 1',
      '  2.  b/spare/m  tier 2  weight 0.25',
    ]);
  });

  it('says what is likely where chance decides, and how likely', () => {
    const eligible = [
      { ...a, share: 0.897 },
      { ...b, score: 1.5, share: 0.101 },
      { ...b, score: 20, share: 0.002 },
    ];
    expect(said({ policy: 'least-loaded', eligible })).toEqual([
      'm would most likely go to a/main/m now.',
      '',
      'order (the less loaded of two drawn at random goes first)',
      '  1.  a/main/m   tier 1  weight 1     score 1.00  90 %',
      '  2.  b/spare/m  tier 2  weight 0.25  score 1.50  10 %',
      '  3.  b/spare/m  tier 2  weight 0.25  score 20.0  less than 1 %',
    ]);
  });

  it('says who is left out, why, and for how long where that is known', () => {
    const excluded = [
      { ...a, reason: 'It has failed too often of late.', remaining_ms: 2_400 },
      { ...b, reason: 'The tiers before it can take the call.', remaining_ms: null },
    ];
    expect(said({ excluded, retry_after_ms: 2_400 })).toEqual([
      'm can go nowhere now. Ask again in 3 s.',
      '',
      'left out',
      '  a/main/m   tier 1  It has failed too often of late.        for 3 s more',
      '  b/spare/m  tier 2  The tiers before it can take the call.',
    ]);
  });

  it('says when broken upstreams are all that is left', () => {
    expect(said({ panic: true, eligible: [a] })).toContain(
      'Nothing healthy is left, so broken upstreams are tried all the same.',
    );
  });

  it('does not promise a time that nobody knows', () => {
    expect(said({})).toEqual(['m can go nowhere now.']);
  });
});
