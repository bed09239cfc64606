import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { expectAnswer, expectBroken, expectError, inEveryWay, TwoUpstreams, WIRES } from './two-upstreams.js';

const TIMEOUT = { status: 504, type: 'timeout_error' };

const SILENT = [
  ['before the head', 'stall'],
  ['behind the head', 'stall=0b'],
  ['after 20 bytes', 'stall=20b'],
  ['before the head, for a while', 'delay=60000'],
  ['behind the head, for a while', 'first-byte=60000'],
] as const;

describe('an upstream that falls silent', () => {
  let upstreams: TwoUpstreams;

  beforeAll(async () => {
    upstreams = await TwoUpstreams.start({ first_byte: '600ms', idle: '600ms', total: '3s' });
  });

  afterAll(() => upstreams.stop());

  it.each(SILENT)('%s is given up: a 504, or made good by another', async (_where, fault) => {
    const alone = inEveryWay(async (wire, form) => {
      const seen = await upstreams.alone(fault, wire, form);
      // What is not streamed is given the time of its generation besides: 24 tokens of 28 ms.
      const waited = form === 'stream' || fault === 'stall=20b' ? '600 ms' : '1275 ms';
      expect(expectError(seen, TIMEOUT)).toContain(waited);
      expect(seen.sick).toBe(1);
    });
    const paired = inEveryWay(async (wire, form) => {
      const seen = await upstreams.pair(fault, wire, form);
      expectAnswer(seen, form);
      expect([seen.sick, seen.well]).toEqual([1, 1]);
      expect(seen.headers.get('x-switchyard-attempts')).toMatch(/=(first-byte|idle)-timeout, /);
    });
    await Promise.all([alone, paired]);
    const { ledger } = upstreams.sick;
    await until(
      () => ledger.counts().open,
      (open) => open === 0,
    );
    expect(ledger.entries().slice(-8)).toEqual(Array(8).fill(expect.objectContaining({ outcome: 'aborted' })));
  });

  it('after content ends the stream with an error event', async () => {
    const broken = WIRES.map(async (wire) => {
      const seen = await upstreams.pair('stall=6e', wire, 'stream');
      expectBroken(seen, 'timeout_error');
      expect([seen.sick, seen.well]).toEqual([1, 0]);
    });
    await Promise.all(broken);
  });

  it.each(['delay=250', 'first-byte=250', 'silence=250;at=0e', 'silence=250;at=6e'])(
    'for less than it may is waited for: %s',
    (fault) =>
      inEveryWay(async (wire, form) => {
        const seen = await upstreams.pair(fault, wire, form);
        expectAnswer(seen, form);
        expect([seen.sick, seen.well]).toEqual([1, 0]);
      }),
  );

  it('again and again, but never for long, is let go on', async () => {
    const slow = WIRES.map(async (wire) => {
      // Longer in all than either timeout.
      const seen = await upstreams.pair('gap=80;tokens=20', wire, 'stream');
      expectAnswer(seen, 'stream');
      expect(seen.well).toBe(0);
    });
    await Promise.all(slow);
  });

  it('never, but answers without end, is cut off when the whole time is over', async () => {
    const endless = WIRES.map(async (wire) => {
      const seen = await upstreams.pair('gap=200;tokens=64', wire, 'stream');
      expectBroken(seen, 'timeout_error');
      expect([seen.sick, seen.well]).toEqual([1, 0]);
    });
    await Promise.all(endless);
  });
});
