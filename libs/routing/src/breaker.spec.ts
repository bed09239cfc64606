import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Breaker, type FailedRequest } from './breaker.js';

const failure = (startedAt: number, more: Partial<FailedRequest> = {}): FailedRequest => ({
  startedAt,
  okStamp: undefined,
  isProbe: false,
  inRow: 'unanswered',
  openCapMs: 120_000,
  ...more,
});

const open = (breaker: Breaker, now: number): void => {
  for (let failures = 0; failures < 5; failures++) breaker.failed(now, failure(now));
};

/** Fails every probe as soon as it may be sent. Returns how long the breaker was open each time. */
const openTimes = (random: number, capMs: number, times: number): number[] => {
  const breaker = new Breaker(() => random);
  let now = 1_000_000;
  open(breaker, now);
  return Array.from({ length: times }, () => {
    const ms = breaker.remainingMs(now) ?? 0;
    now += ms;
    expect(breaker.wantsProbe(now)).toBe(true);
    breaker.failed(now, failure(now, { isProbe: true, openCapMs: capMs }));
    return ms;
  });
};

describe('the breaker', () => {
  it('opens at the fifth failure in a row', () => {
    const breaker = new Breaker(() => 0);
    for (let failures = 0; failures < 4; failures++) breaker.failed(1_000, failure(1_000));
    expect(breaker.state(1_000)).toBe('closed');
    breaker.failed(1_000, failure(1_000));
    expect(breaker.state(1_000)).toBe('open');
  });

  it('begins to count anew after an answer', () => {
    const breaker = new Breaker(() => 0);
    for (let failures = 0; failures < 4; failures++) breaker.failed(1_000, failure(1_000));
    breaker.accepted(1_000, 1_000, false);
    expect(breaker.consecutiveFailures).toBe(0);
    for (let failures = 0; failures < 4; failures++) breaker.failed(1_000, failure(1_000));
    expect(breaker.state(1_000)).toBe('closed');
  });

  it('opens when of ten requests more than half have failed, which refusals for want of room count for too', () => {
    const breaker = new Breaker(() => 0);
    for (let answers = 0; answers < 4; answers++) breaker.accepted(1_000, 1_000, false);
    for (let failures = 0; failures < 5; failures++) breaker.failed(1_000, failure(1_000, { inRow: undefined }));
    expect(breaker.state(1_000)).toBe('closed');
    breaker.failed(1_000, failure(1_000, { inRow: undefined }));
    expect(breaker.state(1_000)).toBe('open');
  });

  it('stays closed at half', () => {
    const breaker = new Breaker(() => 0);
    for (let answers = 0; answers < 50; answers++) breaker.accepted(1_000, 1_000, false);
    for (let failures = 0; failures < 50; failures++) breaker.failed(1_000, failure(1_000, { inRow: undefined }));
    expect(breaker.state(1_000)).toBe('closed');
  });

  it('forgets what is older than 30 s', () => {
    const breaker = new Breaker(() => 0);
    for (let failures = 0; failures < 9; failures++) breaker.failed(1_000, failure(1_000, { inRow: undefined }));
    breaker.failed(32_000, failure(32_000, { inRow: undefined }));
    expect(breaker.state(32_000)).toBe('closed');
    expect(breaker.window).toMatchObject({ ok: 0, failed: 1 });
  });

  it('stays open twice as long each time, with half of it left to chance', () => {
    expect(openTimes(0, 120_000, 7)).toEqual([2_500, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(openTimes(0.999_999, 120_000, 7).map(Math.round)).toEqual(
      [5, 10, 20, 40, 80, 120, 120].map((s) => s * 1_000),
    );
    expect(Math.round(openTimes(0.999_999, 300_000, 8).at(-1) ?? 0)).toBe(300_000);
  });

  it('takes an outage long after another for a new one', () => {
    const breaker = new Breaker(() => 0);
    open(breaker, 1_000);
    breaker.accepted(10_000, 10_100, false);
    expect(breaker.state(10_100)).toBe('closed');
    open(breaker, 100_000);
    expect(breaker.remainingMs(100_000)).toBe(2_500);
  });

  it('is not moved by what was sent before it opened', () => {
    const breaker = new Breaker(() => 0);
    open(breaker, 5_000);
    breaker.accepted(4_000, 6_000, false);
    expect(breaker.state(6_000)).toBe('open');
    breaker.accepted(8_000, 8_100, false);
    for (let failures = 0; failures < 20; failures++) breaker.failed(9_000, failure(4_000));
    expect(breaker.state(9_000)).toBe('closed');
  });

  it('does not hold the outage against what comes after it', () => {
    const breaker = new Breaker(() => 0);
    for (let failures = 0; failures < 10; failures++) breaker.failed(5_000, failure(5_000, { inRow: undefined }));
    expect(breaker.state(5_000)).toBe('open');
    breaker.accepted(8_000, 8_000, false);
    breaker.failed(8_000, failure(8_000, { inRow: undefined }));
    expect(breaker.state(8_000)).toBe('closed');
  });

  it.each(['unanswered', 'cut'] as const)(
    'counts a refusal for want of room in no row, after an outage of requests that were %s',
    (inRow) => {
      const breaker = new Breaker(() => 0);
      for (let failures = 0; failures < 5; failures++) breaker.failed(5_000, failure(5_000, { inRow }));
      breaker.accepted(8_000, 8_100, false);
      breaker.failed(9_000, failure(9_000, { inRow: undefined }));
      expect(breaker.state(9_000)).toBe('closed');
      const other = inRow === 'cut' ? 'unanswered' : 'cut';
      breaker.failed(9_000, failure(9_000, { inRow: other }));
      expect(breaker.state(9_000)).toBe('closed');
    },
  );

  it('is closed by a probe only as long as nothing but good comes of that', () => {
    const breaker = new Breaker(() => 0);
    open(breaker, 5_000);
    breaker.probe.take(breaker, 8_000, 60_000);
    const okStamp = breaker.accepted(8_000, 8_100, breaker.probe.isHeldBy(breaker));
    expect(breaker.state(8_100)).toBe('closed');
    const isProbe = breaker.probe.isHeldBy(breaker);
    breaker.failed(8_200, failure(8_000, { okStamp, isProbe, inRow: undefined }));
    expect(breaker.remainingMs(8_200)).toBe(5_000);
  });

  it('stays closed when the answer to the probe breaks off after another has begun', () => {
    const breaker = new Breaker(() => 0);
    open(breaker, 5_000);
    breaker.probe.take(breaker, 8_000, 60_000);
    const okStamp = breaker.accepted(8_000, 8_100, true);
    breaker.accepted(8_150, 8_190, false);
    const isProbe = breaker.probe.isHeldBy(breaker);
    breaker.failed(8_200, failure(8_000, { okStamp, isProbe, inRow: 'cut' }));
    expect(breaker.state(8_200)).toBe('closed');
  });

  it('decides alike whether outcomes come in a burst or spread over the window', () => {
    const property = fc.property(fc.array(fc.boolean(), { maxLength: 60 }), fc.nat(26_000), (oks, spreadMs) => {
      return openedBy(oks, 0) === openedBy(oks, spreadMs);
    });
    expect(fc.check(property)).toMatchObject({ failed: false });
  });
});

/** Which of the outcomes, spread evenly over so long, opens the breaker; -1: none does. */
const openedBy = (oks: readonly boolean[], spreadMs: number): number => {
  const breaker = new Breaker(() => 0);
  return oks.findIndex((ok, at) => {
    const now = 3_000 + (spreadMs * at) / oks.length;
    if (ok) breaker.accepted(now, now, false);
    else breaker.failed(now, failure(now));
    return breaker.state(now) === 'open';
  });
};
