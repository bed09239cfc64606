import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateInput } from './estimate-input.js';
import { readMessagesRequest } from './read-messages-request.js';

const GOOD = { model: 'm', max_tokens: 16 };
const bodyOf = (content: unknown): Buffer =>
  Buffer.from(JSON.stringify({ ...GOOD, messages: [{ role: 'user', content }] }));
const NOISE = Buffer.from(Array.from({ length: 997 }, (_, at) => (at * 7919) % 251));
const base64 = (bytes: number, begin = ''): string =>
  Buffer.concat([Buffer.from(begin), Buffer.alloc(bytes, NOISE)]).toString('base64');
const image = (bytes: number) => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: base64(bytes) },
});
const pdf = (bytes: number) => ({
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: base64(bytes, '%PDF-1.7') },
});

/** What the rest of such a body amounts to. */
const FRAME = 80;

describe('the estimate of input tokens', () => {
  it('is a quarter of the bytes of text', () => {
    expect(estimateInput(bodyOf('x'.repeat(400)))).toBe(Math.ceil(bodyOf('x'.repeat(400)).length / 4));
    expect(estimateInput(bodyOf('some words '.repeat(50_000)))).toBeCloseTo(137_500, -2);
  });

  it.each<[what: string, content: unknown, least: number, most: number]>([
    ['an image of a megabyte', [image(1_000_000)], 1_600, 1_600 + FRAME],
    ['a small image', [image(3_000)], 900, 1_600 + FRAME],
    ['five images', Array.from({ length: 5 }, () => image(100_000)), 8_000, 8_000 + 5 * FRAME],
    ['an image among text', [{ type: 'text', text: 'a b '.repeat(10_000) }, image(500_000)], 11_600, 11_600 + FRAME],
    ['a PDF of ten pages or so', [pdf(450_000)], 20_000, 22_000 + FRAME],
    ['a PDF that is all pictures', [pdf(20_000_000)], 200_000, 200_000 + FRAME],
    ['base64 that is text to the model', [{ type: 'text', text: base64(300_000) }], 100_000, 100_000 + FRAME],
    [
      'a plain text document',
      [{ type: 'document', source: { type: 'text', data: 'plain '.repeat(20_000) } }],
      30_000,
      30_000 + FRAME,
    ],
  ])('of %s is right to the order', (_, content, least, most) => {
    const tokens = estimateInput(bodyOf(content));

    expect(tokens).toBeGreaterThanOrEqual(least);
    expect(tokens).toBeLessThanOrEqual(most);
  });

  it('knows an image whichever way its JSON is spaced', () => {
    const spaced = JSON.stringify({ ...GOOD, messages: [{ role: 'user', content: [image(100_000)] }] }, null, 2);

    expect(estimateInput(Buffer.from(spaced))).toBeLessThan(1_600 + 2 * FRAME);
  });

  it('looks at no string twice, whatever a body is made of', () => {
    const long = Buffer.from(`{"a":"${'A'.repeat(8_000_000)}"}`);
    const start = process.hrtime.bigint();

    expect(estimateInput(long)).toBe(Math.ceil(long.length / 4));
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(200);
  });

  it('is never below nothing, nor above what there is and a page', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ maxLength: 5_000 }),
            fc.nat(40_000).map((size) => base64(size)),
          ),
        ),
        fc.constantFrom('data', 'text'),
        (strings, key) => {
          const body = bodyOf(strings.map((text) => ({ type: 'text', [key]: text })));
          const tokens = estimateInput(body);

          expect(tokens).toBeGreaterThan(0);
          expect(tokens).toBeLessThanOrEqual(Math.ceil(body.length / 4));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is kept when the body is let go of', () => {
    const request = readMessagesRequest({ endpoint: 'messages', body: bodyOf('x'.repeat(4_000)), headers: {} });
    const tokens = request.estimatedInput();
    request.release();

    expect(request.estimatedInput()).toBe(tokens);
    expect(tokens).toBeGreaterThan(1_000);
  });
});
