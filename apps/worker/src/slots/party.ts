/** One of several that take turns by what they have under way. */
export class Party<Item> {
  underWay = 0;
  readonly inner = new Map<string, Item>();

  constructor(
    /** Against the others, above 0. */
    public weight: number,
  ) {}

  /** What it has under way for its weight. */
  get use(): number {
    return this.underWay / this.weight;
  }
}

/** Who has the least under way for its weight comes first. */
export const byUse = <P extends Party<unknown>>(parties: Iterable<P>): P[] =>
  [...parties].sort((one, other) => one.use - other.use);

/** The one of that name, with the weight that it has now. */
export const partyOf = <P extends Party<unknown>>(
  parties: Map<string, P>,
  name: string,
  weight: number,
  make: (weight: number) => P,
): P => {
  const party = parties.get(name) ?? make(weight);
  party.weight = weight;
  parties.set(name, party);
  return party;
};
