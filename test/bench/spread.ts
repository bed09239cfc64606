/** The middle of several measurements, and how far they lie apart. */
export interface Spread {
  median: number;
  least: number;
  most: number;
  /** Of each round, in their order. */
  values: readonly number[];
}

/** Throws when there is nothing to take the middle of. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (place: number): number => {
    const value = sorted[place];
    if (value === undefined) throw new Error('no measurement');
    return value;
  };
  const median = (at(Math.floor((sorted.length - 1) / 2)) + at(Math.floor(sorted.length / 2))) / 2;
  return { median, least: at(0), most: at(sorted.length - 1), values };
};
