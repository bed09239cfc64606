import type { Member, TopLevelScan } from './json-scan.js';

/** Replaces the bytes of `[start, end)`. */
export interface Edit {
  start: number;
  /** Exclusive. */
  end: number;
  bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** An insertion comes before what is replaced at the same place. */
const inOrder = (one: Edit, other: Edit): number => one.start - other.start || one.end - other.end;

/** A copy with the edits made, in any order, and every other byte as it was. No two edits may overlap. */
export const applyEdits = (body: Buffer, edits: readonly Edit[]): Buffer => {
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const { start, end, bytes } of edits.toSorted(inOrder)) {
    pieces.push(body.subarray(kept, start), bytes);
    kept = end;
  }
  pieces.push(body.subarray(kept));
  return Buffer.concat(pieces);
};

/** The edit that gives a member another value. */
export const replaceValue = (member: Member, bytes: Buffer): Edit => ({
  start: member.valueStart,
  end: member.valueEnd,
  bytes,
});

/** The edits of a part, as edits of the whole in which it begins at `by`. */
export const moveEdits = (edits: readonly Edit[], by: number): Edit[] =>
  edits.map(({ start, end, bytes }) => ({ start: start + by, end: end + by, bytes }));

/**
 * The edits that take children out of one object or array, each with a comma beside it. It has to be told of every
 * child, in order: a member from its key to its value's end, or an element.
 */
export class Removals {
  readonly edits: Edit[] = [];
  #hasSurvivor = false;
  #previousEnd = 0;
  /** Dropped before anything was kept: the comma behind goes with it, as there is none before. */
  #leading: Edit | undefined;

  /** Every child so far has been dropped, and there was at least one. */
  get leavesNothing(): boolean {
    return this.#leading !== undefined;
  }

  keep(start: number, end: number): void {
    if (this.#leading) this.#leading.end = start;
    this.#leading = undefined;
    this.#hasSurvivor = true;
    this.#previousEnd = end;
  }

  drop(start: number, end: number): void {
    if (this.#hasSurvivor) {
      this.edits.push({ start: this.#previousEnd, end, bytes: NOTHING });
    } else if (this.#leading) {
      this.#leading.end = end;
    } else {
      this.#leading = { start, end, bytes: NOTHING };
      this.edits.push(this.#leading);
    }
    this.#previousEnd = end;
  }
}

/** The edits that take some top-level members out of the scanned text. */
export const memberRemovals = (scan: TopLevelScan, isDropped: (member: Member) => boolean): Edit[] => {
  const removals = new Removals();
  for (const member of scan.members) {
    if (isDropped(member)) removals.drop(member.keyStart, member.valueEnd);
    else removals.keep(member.keyStart, member.valueEnd);
  }
  return removals.edits;
};
