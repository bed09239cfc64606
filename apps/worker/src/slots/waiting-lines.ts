import { Party, partyOf } from './party.js';
import type { Slot, Wish } from './slot.js';

/** A line that wants to begin. */
export interface Waiting {
  wish: Wish;
  grant: (slot: Slot) => void;
}

/** Among a work's queues, that of the lines of which it is not known where they go. */
export const UNKNOWN = '';

/** Its waiting lines by route, in their order: its chunks end one after the other then, and not all of them at once. */
export class Work extends Party<Waiting[]> {
  /** Where its last line went. */
  route: string | undefined;
}

/** Its works by name. */
export class Workspace extends Party<Work> {}

/** Who has lines waiting or under way: workspaces, their works, and the routes of these. */
export class WaitingLines {
  private readonly workspaces = new Map<string, Workspace>();

  /** Workspaces that have any. */
  get size(): number {
    return this.workspaces.size;
  }

  all(): Iterable<Workspace> {
    return this.workspaces.values();
  }

  /** Behind the lines of its work that come before it, whichever asked first. */
  add(waiting: Waiting): void {
    const { wish } = waiting;
    const name = wish.route ?? UNKNOWN;
    const { inner } = this.workOf(wish);
    const queue = inner.get(name) ?? [];
    inner.set(name, queue);
    const before = queue.findLastIndex((other) => other.wish.line <= wish.line);
    queue.splice(before + 1, 0, waiting);
  }

  /** It does not want to begin any more. */
  remove(waiting: Waiting): void {
    const { workspace, work, route } = waiting.wish;
    const queue =
      this.workspaces
        .get(workspace)
        ?.inner.get(work)
        ?.inner.get(route ?? UNKNOWN) ?? [];
    const at = queue.indexOf(waiting);
    if (at >= 0) queue.splice(at, 1);
    this.tidy(waiting.wish);
  }

  workOf({ workspace, weight, work, share }: Wish): Work {
    const holder = partyOf(this.workspaces, workspace, weight, (weight) => new Workspace(weight));
    return partyOf(holder.inner, work, share, (share) => new Work(share));
  }

  /** A line of theirs is under way, or is not any more. */
  count({ workspace, work }: Wish, by: 1 | -1): void {
    const holder = this.workspaces.get(workspace);
    const part = holder?.inner.get(work);
    if (holder) holder.underWay += by;
    if (part) part.underWay += by;
  }

  /** Forgets who has nothing under way and nothing waiting. */
  tidy({ workspace, work, route }: Wish): void {
    const holder = this.workspaces.get(workspace);
    const part = holder?.inner.get(work);
    if (!holder || !part) return;
    if (part.inner.get(route ?? UNKNOWN)?.length === 0) part.inner.delete(route ?? UNKNOWN);
    if (part.inner.size === 0 && part.underWay === 0) holder.inner.delete(work);
    if (holder.inner.size === 0) this.workspaces.delete(workspace);
  }
}
