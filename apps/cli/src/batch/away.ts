import { Failure } from '../failure.js';

/** How far a call came that may do better another time. */
export type AwayKind =
  /** Nobody listens there, so nothing was sent. */
  | 'absent'
  /** The connection broke: what was asked for may have been done. */
  | 'lost'
  /** The gateway said that it cannot now, and has done nothing. */
  | 'busy';

/** What may be over soon: the gateway cannot be reached, or cannot answer now. Asking again is worth while. */
export class Away extends Failure {
  constructor(
    readonly kind: AwayKind,
    message: string,
    /** In a few words that follow `gateway`, for a line that has no room. */
    readonly brief: string,
    { retryAfterMs, cause }: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
  }

  /** What the gateway asked for. */
  readonly retryAfterMs: number | undefined;
}

const FIRST_MS = 1000;
const LONGEST_MS = 15_000;

/** How long to wait after so many failures in a row; longer where the gateway asked for it. */
export const backoffMs = (failures: number, { retryAfterMs = 0 }: Away): number =>
  Math.max(retryAfterMs, Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)));
