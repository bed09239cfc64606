import { Failure } from '../failure.js';

/** What may be over soon: the gateway cannot be reached, or cannot answer now. Asking again is worth while. */
export class Away extends Failure {
  constructor(
    message: string,
    /** In a few words, for a line that has no room. */
    readonly brief: string,
    options: { retryAfterMs?: number | undefined; nobodyThere?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.nobodyThere = options.nobodyThere ?? false;
  }

  /** What the gateway asked for. */
  readonly retryAfterMs: number | undefined;
  /** Nothing was sent, because nobody listens there. */
  readonly nobodyThere: boolean;
}

const FIRST_MS = 1000;
const LONGEST_MS = 15_000;

/** How long to wait after so many failures in a row; longer where the gateway asked for it. */
export const backoffMs = (failures: number, { retryAfterMs = 0 }: Away): number =>
  Math.max(retryAfterMs, Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)));
