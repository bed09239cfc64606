import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVERY_WAY, expectAnswer, expectError, inEveryWay, TwoUpstreams } from './two-upstreams.js';

const LIMITED = { status: 429, type: 'rate_limit_error' };

describe('an upstream at its rate limit', () => {
  let upstreams: TwoUpstreams;

  beforeAll(async () => {
    upstreams = await TwoUpstreams.start();
  });

  afterAll(() => upstreams.stop());

  it.each([
    ['30', '30', 1],
    // Two seconds at most are waited for, once, where nobody else can be asked.
    ['1.2', '2', 2],
    ['0.001', '1', 2],
    // Nothing that could be gone by, so it is left alone for as long as any that gives no reason.
    ['0', '2', 1],
    ['soon', '2', 1],
    ['-5', '2', 1],
    // More than five minutes are not believed.
    ['99999999', '300', 1],
  ])('that says retry-after: %s has the caller wait %s after %i calls', async (said, told, calls) => {
    await inEveryWay(async (wire, form) => {
      const seen = await upstreams.alone(`status=429;retry-after=${said}`, wire, form);
      expectError(seen, LIMITED);
      expect([seen.headers.get('retry-after'), seen.sick]).toEqual([told, calls]);
    });
  });

  it.each(EVERY_WAY)('is left alone until it is over, over %s, %s', async (wire, form) => {
    for (const group of ['alone', 'pair'] as const) {
      await upstreams[group]('status=429;retry-after=30', wire, form);
      const next = await upstreams.askAgain('', { group, wire, form });
      if (group === 'alone') expectError(next, LIMITED);
      else expectAnswer(next, form);
      expect(next.headers.get('retry-after')).toEqual(group === 'alone' ? expect.stringMatching(/^(29|30)$/) : null);
      expect([next.sick, next.well]).toEqual([0, group === 'alone' ? 0 : 1]);
    }
  });

  it('that names a date has the caller wait until then', async () => {
    const date = encodeURIComponent(new Date(Date.now() + 60_000).toUTCString());
    await inEveryWay(async (wire, form) => {
      const seen = await upstreams.alone(`status=429;retry-after=${date}`, wire, form);
      expect(seen.headers.get('retry-after')).toMatch(/^(5[5-9]|60|61)$/);
    });
  });

  it.each(EVERY_WAY)('lets through what it allows and no more, over %s, %s', async (wire, form) => {
    const bucket = `rpm=2;label=${wire}-${form}`;
    expectAnswer(await upstreams.alone(bucket, wire, form), form);
    expectAnswer(await upstreams.alone(bucket, wire, form), form);
    // It has said that nothing is left, so it is not asked.
    const third = await upstreams.askAgain(bucket, { group: 'alone', wire, form });
    expectError(third, LIMITED);
    // It names the moment of its reset by the second.
    expect([third.headers.get('retry-after'), third.sick]).toEqual([expect.stringMatching(/^(2\d|3[01])$/), 0]);
    // Whoever has not heard it is told so.
    const fourth = await upstreams.alone(bucket, wire, form);
    expectError(fourth, LIMITED);
    expect([fourth.headers.get('retry-after'), fourth.sick]).toEqual([expect.stringMatching(/^(2\d|30)$/), 1]);
    const elsewhere = await upstreams.pair(bucket, wire, form);
    expectAnswer(elsewhere, form);
    expect([elsewhere.sick, elsewhere.well]).toEqual([1, 1]);
    expect(elsewhere.headers.get('retry-after')).toBeNull();
  });

  it.each(EVERY_WAY)('or overloaded has its wish passed on, over %s, %s', async (wire, form) => {
    const seen = await upstreams.alone('status=529;retry-after=7', wire, form);
    expectError(seen, { status: 529, type: 'overloaded_error' });
    expect(seen.headers.get('retry-after')).toBe('7');
  });
});
