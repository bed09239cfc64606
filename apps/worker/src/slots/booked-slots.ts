import { type Line, type LineSlots, type Manifest, SHARE_OF } from '#batches';
import type { Urgency } from '#core';
import type { FairSlots, Slot, Wish } from './fair-slots.js';

/** Which line it is. */
type Place = Pick<Line, 'work' | 'index'>;

/** For a line whose slot was not taken here, which only a fault could bring about. */
const NONE: Slot = {
  goes: () => undefined,
  answered: () => undefined,
  troubled: () => undefined,
  held: () => undefined,
  release: () => undefined,
};

/**
 * Slots as the runner of chunks takes them, which knows the work and not yet the line, and as the runner of lines uses them. Those that
 * were taken for one work are all alike, so that any of them is that of any of its lines.
 */
export class BookedSlots implements LineSlots {
  private readonly booked = new Map<string, Slot[]>();

  constructor(
    /** Lines that somebody waits for have slots of their own: they do not wait for those of batches to end. */
    private readonly slots: Readonly<Record<Urgency, FairSlots>>,
    private readonly options: {
      weightOf: (workspace: string) => number;
      urgencyOf: (work: Manifest) => Urgency;
    },
  ) {}

  async take(line: Place, signal: AbortSignal): Promise<() => void> {
    const { work } = line;
    const slot = await this.again(line, undefined, signal);
    const booked = this.booked.get(work.id) ?? [];
    this.booked.set(work.id, booked);
    booked.push(slot);
    return () => {
      const at = booked.indexOf(slot);
      if (at >= 0) booked.splice(at, 1);
      if (booked.length === 0 && this.booked.get(work.id) === booked) this.booked.delete(work.id);
      slot.release();
    };
  }

  /** The slot that was taken for a line of this work, with which it begins. */
  claim(work: Manifest): Slot {
    return this.booked.get(work.id)?.shift() ?? NONE;
  }

  /** Another slot, for a line that has to be tried again. Rejects with the signal's reason. */
  again({ work, index }: Place, route: string | undefined, signal: AbortSignal): Promise<Slot> {
    const { id, workspace, priority } = work;
    const weight = this.options.weightOf(workspace);
    const wish: Wish = { workspace, weight, work: id, share: SHARE_OF[priority], line: index, route };
    return this.slots[this.options.urgencyOf(work)].take(wish, signal);
  }
}
