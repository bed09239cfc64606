/** Throws: a reply has another shape than the script gives it. */
const nonsense = (reply: unknown): never => {
  throw new TypeError(`an unforeseen reply: ${JSON.stringify(reply)?.slice(0, 200)}`);
};

/** A reply of so many whole numbers. Throws at anything else. */
export const integers = (reply: unknown, count: number): number[] =>
  Array.isArray(reply) && reply.length === count && reply.every((item): item is number => Number.isSafeInteger(item))
    ? reply
    : nonsense(reply);

/** A reply of texts, a multiple of `width` of them. Throws at anything else. */
export const texts = (reply: unknown, width: number): string[] =>
  Array.isArray(reply) && reply.length % width === 0 && reply.every((item): item is string => typeof item === 'string')
    ? reply
    : nonsense(reply);

/** A reply of one whole number. Throws at anything else. */
export const integer = (reply: unknown): number =>
  typeof reply === 'number' && Number.isSafeInteger(reply) ? reply : Number(nonsense(reply));
