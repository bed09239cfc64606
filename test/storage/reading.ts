/** All of them, in their order. */
export const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

export const bytes = (text: string): Buffer => Buffer.from(text);

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Does something for each of many, so many at a time. */
export const forEach = async <T>(
  items: Iterable<T>,
  act: (item: T) => Promise<unknown>,
  atOnce: number,
): Promise<void> => {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};
