/** `*` alone, or as the last letter: `claude-*`. Nothing else is a wildcard. */
export const isWildcard = (pattern: string): boolean => pattern.endsWith('*');

/** Whether a `*` stands where it would mean nothing. */
export const isMisplacedWildcard = (pattern: string): boolean => pattern.slice(0, -1).includes('*');

/** The letters that everything a wildcard matches begins with. */
const stemOf = (wildcard: string): string => wildcard.slice(0, -1);

/** Whether a model name is the pattern, or begins as a wildcard pattern says. */
export const matchesPattern = (pattern: string, model: string): boolean =>
  isWildcard(pattern) ? model.startsWith(stemOf(pattern)) : model === pattern;

/** Whether some model name could match both. */
export const overlap = (one: string, other: string): boolean =>
  (isWildcard(one) && matchesPattern(one, isWildcard(other) ? stemOf(other) : other)) ||
  (isWildcard(other) && matchesPattern(other, isWildcard(one) ? stemOf(one) : one)) ||
  one === other;
