import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type Explanation, explanationLines } from './explanation-lines.js';

const a = { id: 'a/main/m', tier: 1, weight: 1, score: 1 };
const b = { id: 'b/spare/m', tier: 2, weight: 0.25, score: null };

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
      '  1.  a/main/m  tier 1  weight 1  score 1.00',
    ]);
  });

  it.each([
    ['affinity', 'order (by affinity: a conversation stays where its prompt is cached)'],
    ['least-loaded', 'order (the less loaded of two drawn at random goes first)'],
  ] as const)('says how an order by %s is made', (policy, heading) => {
    const lines = said({ model: 'alias', route: 'm', policy, eligible: [a, b] });
    expect(lines).toEqual([
      'alias (route m) would go to a/main/m now.',
      '',
      heading,
      '  1.  a/main/m   tier 1  weight 1     score 1.00',
      '  2.  b/spare/m  tier 2  weight 0.25',
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
