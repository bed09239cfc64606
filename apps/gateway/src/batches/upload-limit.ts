import { ApiError } from '#core';

/** One takes up to some 90 MB while it is taken in: its ids, and the chunks that are being written. */
const MOST = 8;
/** So that no workspace keeps the others out with slow uploads. */
const MOST_OF_ONE = 4;

const RETRY = { headers: { 'retry-after': '5' } };

/** Bounds how many large uploads are taken in at once by this process, and with them the memory that they take. */
export class UploadLimit {
  private readonly byWorkspace = new Map<string, number>();
  private all = 0;

  /** Counts an upload until what is returned is called. Throws 429 where the workspace has too many, 529 where the process has. */
  enter(workspace: string): () => void {
    const theirs = this.byWorkspace.get(workspace) ?? 0;
    if (theirs >= MOST_OF_ONE)
      throw new ApiError(
        'rate_limit_error',
        `Your workspace is uploading ${theirs} large batches already; try again shortly.`,
        RETRY,
      );
    if (this.all >= MOST)
      throw new ApiError(
        'overloaded_error',
        `The gateway takes in ${this.all} large batches already; try again shortly.`,
        RETRY,
      );
    this.all++;
    this.byWorkspace.set(workspace, theirs + 1);
    return () => this.leave(workspace);
  }

  private leave(workspace: string): void {
    this.all--;
    const theirs = (this.byWorkspace.get(workspace) ?? 1) - 1;
    if (theirs > 0) this.byWorkspace.set(workspace, theirs);
    else this.byWorkspace.delete(workspace);
  }
}
