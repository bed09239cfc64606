import type { IncomingHttpHeaders } from 'node:http';
import type { WireName } from '../wire.js';

/**
 * How a call ended: `open` not yet; `answered` as a healthy upstream would; `refused` for what the real API refuses
 * too; `faulted` because a directive said so; `aborted` by the caller hanging up first.
 */
export type Outcome = 'open' | 'answered' | 'refused' | 'faulted' | 'aborted';

/**
 * One call that the simulator saw. Times are milliseconds since the epoch with fractions, from a clock that never goes
 * back while the process lives, so that they can be both compared across processes and subtracted.
 */
export interface LedgerEntry {
  /** 1 for the first call since the start or the last clearing. */
  seq: number;
  wire: WireName;
  method: string;
  /** With its query. */
  path: string;
  /** The key that was sent, whole: a simulator's key is no secret. */
  credential: string | null;
  headers: IncomingHttpHeaders;
  /** As sent, directives included. Null until the body has been read, and where it names none. */
  model: string | null;
  stream: boolean;
  /** The directives that were asked, from all their places. */
  directives: string;
  /** Hexadecimal; null where bodies are not digested. */
  body_sha256: string | null;
  body_length: number;
  received_at: number;
  /** Null while the call is open or when the caller left first. */
  finished_at: number | null;
  /** When the caller's hang-up was noticed. */
  aborted_at: number | null;
  /** Null until the headers have been sent. */
  status: number | null;
  /** Bytes of the answer's body that were handed to the socket so far. */
  bytes_sent: number;
  request_id: string;
  outcome: Outcome;
}

/** Narrows a reading of the ledger; what is absent does not narrow. */
export interface LedgerFilter {
  model?: string;
  credential?: string;
  outcome?: Outcome;
  /** Only entries with a greater number. */
  since?: number;
}

export const matches = (entry: LedgerEntry, { model, credential, outcome, since }: LedgerFilter): boolean =>
  (model === undefined || entry.model === model) &&
  (credential === undefined || entry.credential === credential) &&
  (outcome === undefined || entry.outcome === outcome) &&
  (since === undefined || entry.seq > since);
