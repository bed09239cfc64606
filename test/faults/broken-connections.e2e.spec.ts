import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVERY_WAY, expectAnswer, expectBroken, expectError, TwoUpstreams, WIRES } from './two-upstreams.js';

/** Ways to break off before there is anything to give to a caller. */
const BEFORE_CONTENT = [
  ['closes instead of answering', 'cut'],
  ['resets instead of answering', 'reset'],
  ['answers with something that is no HTTP', 'garbage'],
  ['closes behind the head', 'cut=0b'],
  ['resets behind the head', 'reset=0b'],
  ['closes after 20 bytes', 'cut=20b'],
  ['resets after 20 bytes', 'reset=20b'],
  ['ends in good order after 20 bytes', 'end=20b'],
] as const;

/** The same, once content is with the caller. */
const AFTER_CONTENT = [
  ['closes', 'cut=6e'],
  // What is still on its way when a reset comes is lost, so it has to come later.
  ['resets', 'silence=100;at=6e;reset=6e'],
  ['ends in good order', 'end=6e'],
  ['closes inside an event', 'cut=1200b'],
] as const;

const ways = (rows: readonly (readonly [what: string, fault: string])[]) =>
  rows.flatMap(([what, fault]) => EVERY_WAY.map(([wire, form]) => ({ what, fault, wire, form })));

describe('an upstream that breaks off', () => {
  let upstreams: TwoUpstreams;

  beforeAll(async () => {
    upstreams = await TwoUpstreams.start();
  });

  afterAll(() => upstreams.stop());

  it.each(ways(BEFORE_CONTENT))('and $what is a 502, over $wire, $form', async ({ fault, wire, form }) => {
    const seen = await upstreams.alone(fault, wire, form);
    expectError(seen, { status: 502, type: 'api_error' });
    expect(seen.sick).toBe(1);
  });

  it.each(ways(BEFORE_CONTENT))('and $what is made good, over $wire, $form', async ({ fault, wire, form }) => {
    const seen = await upstreams.pair(fault, wire, form);
    expectAnswer(seen, form);
    expect([seen.sick, seen.well]).toEqual([1, 1]);
  });

  it.each(ways(AFTER_CONTENT).filter(({ form }) => form === 'stream'))(
    'and $what in a stream ends it with an error event, over $wire',
    async ({ fault, wire, form }) => {
      const seen = await upstreams.pair(fault, wire, form);
      const { events } = expectBroken(seen, 'api_error');
      expect(events.filter(({ type }) => type === 'content_block_delta').length).toBeGreaterThan(0);
      expect([seen.sick, seen.well]).toEqual([1, 0]);
    },
  );

  it.each(WIRES)('in a whole answer never gives a part of it, over %s', async (wire) => {
    for (const bytes of [1, 100, 200, 300]) {
      const seen = await upstreams.alone(`cut=${bytes}b`, wire, 'whole');
      expectError(seen, { status: 502, type: 'api_error' });
      const mended = await upstreams.pair(`end=${bytes}b`, wire, 'whole');
      expectAnswer(mended, 'whole');
      expect([seen.sick, mended.sick, mended.well]).toEqual([1, 1, 1]);
    }
  });

  it.each(WIRES)('after any event leaves the caller a whole answer or an error, over %s', async (wire) => {
    const breaks: string[] = [];
    for (let events = 0; events < 40 && breaks.at(-1) !== 'whole'; events++) {
      const seen = await upstreams.pair(`end=${events}e`, wire, 'stream');
      // Exactly one of the two: somebody else's whole answer, this one's beginning and an error, or this one whole.
      if (seen.well === 1) expectAnswer(seen, 'stream');
      else if (seen.text.includes('event: error')) expectBroken(seen, 'api_error');
      else expectAnswer(seen, 'stream');
      breaks.push(seen.well === 1 ? 'elsewhere' : seen.text.includes('event: error') ? 'error' : 'whole');
    }
    expect([...new Set(breaks)]).toEqual(['elsewhere', 'error', 'whole']);
    expect(breaks.length).toBeGreaterThan(8);
  });
});
