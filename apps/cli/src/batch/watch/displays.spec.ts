import { describe, expect, it } from '@jest/globals';
import { drawLine } from '../screen-line.js';
import type { Progress } from '../wire.js';
import { JsonDisplay } from './json-display.js';
import { contentOf } from './live-display.js';
import { PlainDisplay } from './plain-display.js';
import type { Sighting } from './sightings.js';

const same = (text: string): string => text;
const paint = { red: same, yellow: same, dim: same, green: same };

const sighting = (done: number, more: Partial<Progress> = {}): Sighting => ({
  progress: {
    id: 'msgbatch_1',
    processing_status: 'in_progress',
    request_counts: { processing: 100_000 - done, succeeded: done - 31, errored: 31, canceled: 0, expired: 0 },
    done,
    total: 100_000,
    started_at: '2026-01-01T00:00:00.000Z',
    rate_per_second: 400,
    seconds_left: 5,
    duplicate_calls: 0,
    usage: { input: 8_000_000, cache_read: 100_000, output: 2_300_000, micro_usd: 4_210_000 },
    ...more,
  },
  perSecond: 412,
  at: 0,
  away: undefined,
});

const drawn = (seen: Sighting, columns: number, now = 0): string =>
  drawLine(contentOf(seen, now, paint), columns, { done: same, left: same });

describe('the line of a terminal', () => {
  it('tells all that is known where there is room', () => {
    expect(drawn(sighting(58_211), 160)).toMatch(
      /^ {2}━+─+ {3}58 % {3}58,211\/100,000 {2}1m 42s left {2}31 errored {2}412\/s {2}\$4\.21 {2}8\.10M in, 2\.30M out {2}58,180 succeeded$/,
    );
  });

  it('tells on 80 columns how much is done, what failed, how fast, how long still, and the cost', () => {
    expect(drawn(sighting(58_211), 79)).toMatch(
      /━╸?─+ {3}58 % {3}58,211\/100,000 {2}1m 42s left {2}31 errored {2}412\/s {2}\$4\.21$/,
    );
  });

  it('counts the time left down between two answers', () => {
    expect(drawn(sighting(58_211), 79, 10_000)).toContain('1m 32s left');
  });

  it('says that the gateway is away, and keeps what was known', () => {
    const away = {
      ...sighting(58_211),
      perSecond: undefined,
      away: { brief: 'cannot be reached (ECONNREFUSED)', retryAt: 4000 },
    };

    expect(drawn(away, 79)).toMatch(/58 % .*gateway cannot be reached \(ECONNREFUSED\); again in 4s/);
  });

  it('says what it waits for', () => {
    expect(drawn({ ...sighting(0, { started_at: null }), perSecond: undefined }, 100)).toContain(
      'waiting for a worker',
    );
    expect(drawn(sighting(500, { processing_status: 'canceling' }), 100)).toContain('canceling');
    expect(drawn({ progress: undefined, perSecond: undefined, at: 0, away: undefined }, 100)).toContain('asking');
  });
});

describe('plain lines', () => {
  const lines = (seen: readonly [at: number, sighting: Sighting][]): string[] => {
    const said: string[] = [];
    let clock = 0;
    const display = new PlainDisplay(
      (line) => said.push(line),
      () => clock,
    );
    for (const [at, each] of seen) {
      clock = at;
      display.show(each);
    }
    return said;
  };

  it('come every ten seconds, or every 5 %', () => {
    const said = lines([
      [0, sighting(1000)],
      [1000, sighting(1100)],
      [9999, sighting(1200)],
      [10_000, sighting(1300)],
      [11_000, sighting(6400)],
    ]);

    expect(said).toHaveLength(3);
    expect(said[1]).toBe(
      '1 %, 1,300 of 100,000: 1,269 succeeded; 31 errored; 412/s; 3m 50s left; 8.10M in, 2.30M out; $4.21',
    );
  });

  it('come when the gateway goes and when it is back', () => {
    const away = { ...sighting(1000), away: { brief: 'answers 503', retryAt: 3000 } };

    expect(
      lines([
        [0, sighting(1000)],
        [1000, away],
        [2000, away],
        [3000, sighting(1000)],
      ]),
    ).toEqual([
      expect.not.stringContaining('gateway'),
      expect.stringContaining('gateway answers 503; again in 2s'),
      expect.not.stringContaining('gateway'),
    ]);
  });
});

describe('lines of JSON', () => {
  it('come with each change', () => {
    const said: string[] = [];
    const display = new JsonDisplay(
      (line) => said.push(line),
      () => undefined,
    );
    for (const done of [100, 100, 200]) display.show(sighting(done));
    display.show(sighting(200, { processing_status: 'ended' }));

    expect(said.map((line) => JSON.parse(line)).map(({ done, processing_status: status }) => [done, status])).toEqual([
      [100, 'in_progress'],
      [200, 'in_progress'],
      [200, 'ended'],
    ]);
  });
});
