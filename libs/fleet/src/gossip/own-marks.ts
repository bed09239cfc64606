import type { HealthMark } from '#core';

/** A mark as it is told: `field` is what it is about, `id` is of this telling, `text` is for people. */
export interface Announcement {
  field: string;
  id: string;
  /** 0 lifts. */
  remainingMs: number;
  text: string;
}

/** A mark as it was heard. */
export interface HeardMark extends Announcement {
  by: string;
}

interface OwnMark {
  id: string;
  text: string;
  lifts: boolean;
  until: number;
  /** It is on its way to Redis. */
  underWay: boolean;
  confirmed: boolean;
}

/** Longer than any upstream asks for; what would never end is announced anew each day, or is not. */
export const LONGEST_MARK_MS = 24 * 3_600_000;
/** How long it is worth telling that a mark was lifted: longer than a replica may be out of reach and come back. */
export const LIFTED_MS = 300_000;
/** A mark that has run nearly out may be gone from Redis before it is gone here. */
const NEARLY_OVER_MS = 1000;

/** The kind has no blank in it, so the field can be taken apart again. */
export const fieldOf = ({ kind, subject }: Pick<HealthMark, 'kind' | 'subject'>): string => `${kind} ${subject}`;

/** Undefined where somebody else wrote the field. */
export const markOf = ({ field, remainingMs, text }: HeardMark): HealthMark | undefined => {
  const [, kind, subject] = /^(cooldown|disabled) (.+)$/s.exec(field) ?? [];
  if ((kind !== 'cooldown' && kind !== 'disabled') || subject === undefined) return undefined;
  return { kind, subject, reason: text, remainingMs };
};

/**
 * What this replica has said itself, kept until it has run out: it is said again when Redis was away or has forgotten it. What was
 * heard from others is not in here, so nothing goes round for ever.
 */
export class OwnMarks {
  private readonly marks = new Map<string, OwnMark>();
  private told = 0;

  /** `self` makes ids that no other replica makes. `now` is a clock that only goes forward, in milliseconds. */
  constructor(
    private readonly self: string,
    private readonly now: () => number,
  ) {}

  /** Ignores a mark whose time makes no sense. */
  add(mark: HealthMark): void {
    const { remainingMs, reason } = mark;
    if (Number.isNaN(remainingMs) || remainingMs < 0) return;
    const lifts = remainingMs === 0;
    const ms = lifts ? LIFTED_MS : Math.min(Math.max(1, Math.round(remainingMs)), LONGEST_MARK_MS);
    const id = `${this.self}:${++this.told}`;
    this.marks.set(fieldOf(mark), {
      id,
      text: reason,
      lifts,
      until: this.now() + ms,
      underWay: false,
      confirmed: false,
    });
  }

  /**
   * What Redis has not been told, and will be now; `said` or `unheard` has to follow. None is given out twice at a time: over another
   * connection it could come after a lifting, and would stand again.
   */
  take(): Announcement[] {
    const list: Announcement[] = [];
    for (const [field, mark] of this.marks) {
      const { id, text, lifts, until } = mark;
      const left = Math.round(until - this.now());
      if (left <= 0) this.marks.delete(field);
      else if (!mark.confirmed && !mark.underWay) {
        mark.underWay = true;
        list.push({ field, id, text, remainingMs: lifts ? 0 : left });
      }
    }
    return list;
  }

  /** Redis has them, or what stood in their place. */
  said(taken: readonly Announcement[]): void {
    for (const mark of this.among(taken)) {
      mark.underWay = false;
      mark.confirmed = true;
    }
  }

  /** Redis may not have them: they will be taken again. */
  unheard(taken: readonly Announcement[]): void {
    for (const mark of this.among(taken)) mark.underWay = false;
  }

  /** Compares with what Redis has: what another mark has replaced is dropped, what is missing will be said again. */
  reconcile(heard: readonly HeardMark[]): void {
    const ids = new Map(heard.map(({ field, id }) => [field, id]));
    for (const [field, mark] of this.marks) {
      const there = ids.get(field);
      if (there === mark.id) mark.confirmed = true;
      else if (there === undefined && !mark.lifts && mark.until - this.now() >= NEARLY_OVER_MS) mark.confirmed = false;
      else if (mark.confirmed) this.marks.delete(field);
    }
  }

  /** Those that have not been replaced meanwhile. */
  private among(taken: readonly Announcement[]): OwnMark[] {
    return taken.flatMap(({ field, id }) => {
      const mark = this.marks.get(field);
      return mark?.id === id ? [mark] : [];
    });
  }
}
