const FNV_PRIME = 0x01000193;

/** MurmurHash3's last step: every bit of the input changes half of the output's. */
const mix = (value: number): number => {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** 32 bits of a text; another seed gives bits that have nothing to do with them. Pure, so that every replica finds the same. */
export const hashText = (text: string, seed: number): number => {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return mix(hash ^ text.length);
};

/** Both hashes of a text, made once and compared often. */
export interface TextHash {
  a: number;
  b: number;
}

export const hashOf = (text: string): TextHash => ({ a: hashText(text, 0x9e3779b9), b: hashText(text, 0x7f4a7c15) });

/** Uniform in (0, 1), and independent for each pair of a key and a candidate. */
export const evenly = (key: TextHash, candidate: TextHash): number =>
  (mix(mix(key.a ^ candidate.a) ^ Math.imul(key.b, 0x27d4eb2f) ^ candidate.b) + 0.5) / 2 ** 32;

/**
 * Weighted rendezvous: of all candidates, the one with the highest score is a key's home. Each gets its weight's share of keys, and one
 * that comes or goes moves only the keys that it gains or had.
 */
export const rendezvousScore = (key: TextHash, candidate: TextHash, weight: number): number =>
  -weight / Math.log(evenly(key, candidate));
