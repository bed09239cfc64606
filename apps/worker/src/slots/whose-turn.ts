import { byUse } from './party.js';
import type { Waiting, Work, Workspace } from './waiting-lines.js';

/** Whether a line that waits in that queue of a work may be begun now, as far as its route is concerned. */
export type MayBegin = (work: Work, queue: string) => boolean;

/** Who begins a line next: the first of the queue. */
export interface Turn {
  workspace: Workspace;
  queue: Waiting[];
}

const openQueue = (work: Work, mayBegin: MayBegin): Waiting[] | undefined => {
  for (const [name, queue] of work.inner) if (queue.length > 0 && mayBegin(work, name)) return queue;
  return undefined;
};

/**
 * A slot goes to the workspace that has the fewest under way for its weight, then to its work that has the fewest for its share. Whoever
 * has only lines that cannot be begun is passed over. Undefined when nobody has another.
 */
export const whoseTurn = (workspaces: Iterable<Workspace>, mayBegin: MayBegin): Turn | undefined => {
  for (const workspace of byUse(workspaces))
    for (const work of byUse(workspace.inner.values())) {
      const queue = openQueue(work, mayBegin);
      if (queue) return { workspace, queue };
    }
  return undefined;
};

/**
 * One round of turns among several. Whoever is first may ask for more only when it has what it asked for. Up to where it is when it
 * wants no more, the others get some too, but none is ahead of it by more than a line.
 */
export class Round {
  private readonly first: Workspace | undefined;
  private level = Number.POSITIVE_INFINITY;

  constructor(
    private readonly workspaces: readonly Workspace[],
    private readonly mayBegin: MayBegin,
  ) {
    this.first = workspaces.length > 1 ? whoseTurn(workspaces, mayBegin)?.workspace : undefined;
  }

  /** Undefined when nobody is to begin another in this round. */
  next(): Turn | undefined {
    if (this.first && whoseTurn([this.first], this.mayBegin))
      this.level = (this.first.underWay + 1) / this.first.weight;
    const turn = whoseTurn(this.workspaces, this.mayBegin);
    return turn && turn.workspace.use <= this.level ? turn : undefined;
  }
}
