/** Who wants to begin a line, and where it goes. */
export interface Wish {
  workspace: string;
  /** Of the workspace against others, above 0. */
  weight: number;
  work: string;
  /** Of the work against others of its workspace, above 0. */
  share: number;
  /** Its place in the work. */
  line: number;
  /** Name of the route, each of which has a limit of its own. Undefined: not known yet; most likely where its work's other lines go. */
  route: string | undefined;
}

/** The right to have one line under way. It ends with the first call of one of the last four. */
export interface Slot {
  /** Where the line goes, for one of which it was not known. */
  goes(route: string): void;
  /** The upstream took the line, and said yes or no to it. */
  answered(): void;
  /** Refused or failed: fewer lines are begun on this route for now. `retryAfterMs`: when the upstream wants to be asked again. */
  troubled(retryAfterMs: number | undefined): void;
  /** Not sent, because our own pace or limits had no room: none is begun on this route until then. */
  held(retryAfterMs: number | undefined): void;
  /** Nothing came of it, which says nothing about the upstream. */
  release(): void;
}
