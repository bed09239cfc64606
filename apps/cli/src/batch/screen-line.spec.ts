import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bar, drawLine } from './screen-line.js';

const plain = { done: (text: string) => text, left: (text: string) => text };
const segments = [
  { text: ' 58 %', weight: 3 },
  { text: '58,211/100,000', weight: 2 },
  { text: '412/s', weight: 1 },
];

describe('a line with a bar', () => {
  it('is as long as is done, by half columns', () => {
    expect(bar(0, 4)).toEqual({ done: '', left: '────' });
    expect(bar(0.4, 4)).toEqual({ done: '━╸', left: '──' });
    expect(bar(0.5, 4)).toEqual({ done: '━━', left: '──' });
    expect(bar(1, 4)).toEqual({ done: '━━━━', left: '' });
    expect(bar(7, 4)).toEqual({ done: '━━━━', left: '' });
  });

  it('has everything where there is room', () => {
    expect(drawLine({ label: 'sending', part: 0.5, segments }, 60, plain)).toBe(
      'sending  ━━━━━━━━━━╸──────────   58 %  58,211/100,000  412/s',
    );
  });

  it('leaves out what matters least, and then the bar', () => {
    const drawn = (columns: number) => drawLine({ label: '', part: 0.5, segments }, columns, plain);

    expect(drawn(34)).toMatch(/^ {2}━+╸?─+ {3}58 % {2}58,211\/100,000$/);
    expect(drawn(24)).toMatch(/^ {2}━+╸?─+ {3}58 %$/);
    expect(drawn(9)).toBe('   58 %');
  });

  it('is never wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string({ maxLength: 12 }),
        (columns, part, label) => {
          expect(drawLine({ label, part, segments }, columns, plain).length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
