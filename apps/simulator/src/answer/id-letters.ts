import { pick, type Random } from './random.js';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'.split('');

/** What follows the prefix of an id: `01` and 22 letters, as the Messages API has it. */
export const idLetters = (random: Random): string =>
  `01${Array.from({ length: 22 }, () => pick(random, ALPHABET)).join('')}`;
