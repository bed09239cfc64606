/** One of several that take turns by what they have under way. */
export class Party<Item> {
  underWay = 0;
  readonly inner = new Map<string, Item>();

  constructor(
    /** Against the others, above 0. */
    public weight: number,
  ) {}
}

/** Who has the least under way for its weight comes first. */
export const byUse = <P extends Party<unknown>>(parties: ReadonlyMap<string, P>): P[] =>
  [...parties.values()].sort((a, b) => a.underWay / a.weight - b.underWay / b.weight);

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
