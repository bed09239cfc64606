const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Ids in the manner of the API: a prefix, `01`, and 22 characters of base 58.
 * `random` yields uniform bytes; those past the last multiple of 58 are skipped, so that no letter is likelier.
 */
export const mintId = (prefix: 'msg' | 'req' | 'toolu', random: () => number): string => {
  let id = `${prefix}_01`;
  for (let length = 0; length < 22; ) {
    const byte = random();
    if (byte >= 232) continue;
    id += ALPHABET[byte % 58];
    length++;
  }
  return id;
};
