/** A 32-bit digest of a text: FNV-1a, with its bits mixed once more so that like texts get unlike seeds. */
export const hashText = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
};

/** Numbers in [0, 1) that depend on nothing but the seed. */
export type Random = () => number;

/** mulberry32: small, fast, and good enough to choose words. Not for secrets. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A whole number in [0, below). */
export const numberBelow = (random: Random, below: number): number => Math.floor(random() * below);

/** One of the choices; throws on none, which is a mistake of the caller. */
export const pick = <T>(random: Random, choices: readonly T[]): T => {
  const [first] = choices;
  if (first === undefined) throw new RangeError('nothing to pick from');
  return choices[numberBelow(random, choices.length)] ?? first;
};
