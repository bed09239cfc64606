import { describe, expect, it } from '@jest/globals';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import { nextBoundary } from './event-boundary.js';
import { EventFramer } from './event-framer.js';

const eventsIn = (bytes: Buffer): unknown[] => {
  const events: unknown[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(bytes.toString());
  return events;
};

const LINES = ['event: a', 'data: {"x":1}', 'data:é€😀', ': comment', 'id: 7', 'data', ''];

/** Streams that end lines in one of the three ways, and may stop anywhere but inside a CRLF, which the parser takes for a CR. */
const stream = fc
  .tuple(fc.array(fc.constantFrom(...LINES), { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\r'), fc.nat(4))
  .map(([lines, ending, missing]) => ({ text: lines.map((line) => line + ending).join(''), ending, missing }))
  .map(({ text, ending, missing }) => ({ text: text.slice(0, text.length - missing), ending }))
  .filter(({ text, ending }) => ending !== '\r\n' || !text.endsWith('\r'))
  .map(({ text }) => Buffer.from(text));

const cutInto = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
};

describe('the framer of server-sent events', () => {
  it('gives every byte once, and only whole events, however the stream is cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
    const check = (bytes: Buffer, sizes: number[]): void => {
      const framer = new EventFramer();
      let given = Buffer.alloc(0);
      for (const chunk of cutInto(bytes, sizes)) {
        const events = framer.push(chunk);
        if (!events) continue;
        given = Buffer.concat([given, events]);
        // Another event may follow what has been given without becoming part of it.
        const followed = Buffer.concat([given, Buffer.from('data: z\n\n')]);
        expect(eventsIn(followed)).toEqual([...eventsIn(given), { data: 'z' }]);
      }
      expect(eventsIn(given)).toEqual(eventsIn(bytes));
      expect(Buffer.concat([given, framer.rest()])).toEqual(bytes);
    };

    fc.assert(fc.property(stream, sizes, check), { numRuns: 2000 });
    expect.hasAssertions();
  });

  it('gives a chunk that is whole as it is, without copying', () => {
    const chunk = Buffer.from('data: 1\n\ndata: 2\r\n\r\n');

    expect(new EventFramer().push(chunk)).toBe(chunk);
  });

  it('knows how much it holds back', () => {
    const framer = new EventFramer();

    framer.push(Buffer.from('data: 1\n\ndata: 2'));
    expect(framer.pending).toBe(7);
    expect(framer.push(Buffer.from('\n\n'))?.toString()).toBe('data: 2\n\n');
    expect(framer.pending).toBe(0);
  });

  it('does not reuse the memory of what it has given', () => {
    const framer = new EventFramer();

    framer.push(Buffer.from('data: 1'));
    const first = framer.push(Buffer.from('\n\nda'));
    framer.push(Buffer.from('ta: 22\n\n'));

    expect(first?.toString()).toBe('data: 1\n\n');
  });

  it('finds the events in what it gives', () => {
    const check = (bytes: Buffer): void => {
      const parts: unknown[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = nextBoundary(bytes, at);
        const events = eventsIn(bytes.subarray(at, end));
        expect(events.length).toBeLessThan(2);
        parts.push(...events);
        at = end;
      }
      expect(parts).toEqual(eventsIn(bytes));
    };

    fc.assert(fc.property(stream, check), { numRuns: 2000 });
    expect.hasAssertions();
  });
});
