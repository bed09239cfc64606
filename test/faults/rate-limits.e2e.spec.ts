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
    ['30', '30'],
    ['1.2', '2'],
    ['0.001', '1'],
    // Clients take zero for "not said".
    ['0', null],
    ['soon', null],
    ['-5', null],
    ['99999999', '99999999'],
  ])('that says retry-after: %s has the caller wait %s', async (said, told) => {
    await inEveryWay(async (wire, form) => {
      const seen = await upstreams.alone(`status=429;retry-after=${said}`, wire, form);
      expectError(seen, LIMITED);
      expect(seen.headers.get('retry-after')).toBe(told);
    });
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
    const third = await upstreams.alone(bucket, wire, form);
    expectError(third, LIMITED);
    expect(third.headers.get('retry-after')).toMatch(/^(2\d|30)$/);
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
