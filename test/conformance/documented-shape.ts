type Shape = Record<string, unknown>;

const isObject = (value: unknown): value is Shape => typeof value === 'object' && value !== null;

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

/** The element of a list that is the like of a documented one: of the same type, where the page names one. */
const likeOf = (documented: unknown, elements: readonly unknown[]): unknown => {
  const type = isObject(documented) ? documented.type : undefined;
  return elements.find((element) => type === undefined || (isObject(element) && element.type === type));
};

/**
 * What an answer lacks of a documented one, or has as something else: `usage.output_tokens: missing`. Values do not
 * matter, members beyond the documented ones are welcome, and any member but a list may be null.
 */
export const shapeFaults = (documented: unknown, answer: unknown, path: readonly string[] = []): string[] => {
  const found = kindOf(answer);
  const wanted = kindOf(documented);
  if (answer === undefined) return [`${path.join('.')}: missing`];
  if (found === 'null' || wanted === 'null') return wanted === 'array' ? [`${path.join('.')}: null`] : [];
  if (found !== wanted) return [`${path.join('.')}: ${found} instead of ${wanted}`];
  if (Array.isArray(documented) && Array.isArray(answer))
    return documented.flatMap((element, at) => shapeFaults(element, likeOf(element, answer), [...path, String(at)]));
  if (!isObject(documented) || !isObject(answer)) return [];
  return Object.entries(documented).flatMap(([name, value]) => shapeFaults(value, answer[name], [...path, name]));
};
