import { type Line, type LineSlots, type Manifest, SHARE_OF } from '#batches';
import type { Urgency } from '#core';
import type { FairSlots } from './fair-slots.js';
import type { Slot, Wish } from './slot.js';

/** Which line it is. */
type Place = Pick<Line, 'work' | 'index'>;

/**
 * Slots as the runner of chunks takes them, which only gives them back, and as the runner of lines uses them, which tells them how the
 * upstream took the line. What a slot learns is of its own line, so each line keeps the one that was taken for it.
 */
export class BookedSlots implements LineSlots {
  private readonly booked = new WeakMap<Place, Slot>();

  constructor(
    /** Lines that somebody waits for have slots of their own: they do not wait for those of batches to end. */
    private readonly slots: Readonly<Record<Urgency, FairSlots>>,
    private readonly options: {
      weightOf: (workspace: string) => number;
      urgencyOf: (work: Manifest) => Urgency;
    },
  ) {}

  async take(line: Place, signal: AbortSignal): Promise<() => void> {
    const slot = await this.again(line, undefined, signal);
    this.booked.set(line, slot);
    return () => slot.release();
  }

  /** The slot that was taken for this very line, with which it begins. */
  claim(line: Place): Slot {
    const slot = this.booked.get(line);
    if (!slot) throw new Error(`No slot was taken for line ${line.index} of ${line.work.id}.`);
    return slot;
  }

  /** Another slot, for a line that has to be tried again. Rejects with the signal's reason. */
  again({ work, index }: Place, route: string | undefined, signal: AbortSignal): Promise<Slot> {
    const { id, workspace, priority } = work;
    const weight = this.options.weightOf(workspace);
    const wish: Wish = { workspace, weight, work: id, share: SHARE_OF[priority], line: index, route };
    return this.slots[this.options.urgencyOf(work)].take(wish, signal);
  }
}
