import { pick, type Random } from './random.js';

const WORDS = (
  'amber arrives at axle ballast bell bend brass bridge carries coach coal copper crosses depot distant down early ' +
  'engine every express fast freight from gauge goods green guard halt iron junction keeps lamp late leaves level ' +
  'line local long main morning mountain narrow night north on over parcel passes platform points quiet rail red ' +
  'river route runs schedule siding signal single slow smoke south station steel steam switch the through timber ' +
  'toward track train tunnel turns under valley waits west whistle yard'
).split(' ');

/** So many words, each but the first with a space before it: the way a model's tokens come. */
export const chooseWords = (random: Random, count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? '' : ' ') + pick(random, WORDS));

/** Longer words count as several tokens. Code points, so that no piece ends inside a character. */
const PIECE = /\s*\S{1,24}|\s+$/gu;

/** A text in token-like pieces, which joined give the text again. */
export const piecesOf = (text: string): string[] => text.match(PIECE) ?? [];

const LINE = `${WORDS.join(' ')} `;
const BLOCK = LINE.repeat(Math.ceil(4096 / LINE.length)).slice(0, 4096);

/** A text of exactly `bytes` ASCII characters, made piece by piece as it is read, so that its size costs no memory. */
export const longText = (bytes: number): Iterable<string> => ({
  *[Symbol.iterator]() {
    let left = bytes;
    for (; left > BLOCK.length; left -= BLOCK.length) yield BLOCK;
    if (left > 0) yield BLOCK.slice(0, left);
  },
});
