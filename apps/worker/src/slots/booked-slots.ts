import { type LineSlots, type Manifest, SHARE_OF } from '#batches';
import type { FairSlots, Slot, Wish } from './fair-slots.js';

/** For lines that are not limited here: somebody waits for them, and each of them has a place of the worker's own. */
const UNLIMITED: Slot = {
  goes: () => undefined,
  answered: () => undefined,
  troubled: () => undefined,
  release: () => undefined,
};

/**
 * Slots as the runner of chunks takes them, which knows the work and not yet the line, and as the runner of lines uses them. Those that
 * were taken for one work are all alike, so that any of them is that of any of its lines.
 */
export class BookedSlots implements LineSlots {
  private readonly booked = new Map<string, Slot[]>();

  constructor(
    private readonly slots: FairSlots,
    private readonly options: {
      weightOf: (workspace: string) => number;
      isLimited: (work: Manifest) => boolean;
    },
  ) {}

  async take(work: Manifest, signal: AbortSignal): Promise<() => void> {
    if (!this.options.isLimited(work)) return () => undefined;
    const slot = await this.slots.take(this.wish(work, undefined), signal);
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
    return this.booked.get(work.id)?.shift() ?? UNLIMITED;
  }

  /** Another slot, for a line that has to be tried again. Rejects with the signal's reason. */
  again(work: Manifest, route: string, signal: AbortSignal): Promise<Slot> {
    return this.options.isLimited(work) ? this.slots.take(this.wish(work, route), signal) : Promise.resolve(UNLIMITED);
  }

  private wish(work: Manifest, route: string | undefined): Wish {
    const { id, workspace, priority } = work;
    return { workspace, weight: this.options.weightOf(workspace), work: id, share: SHARE_OF[priority], route };
  }
}
