/** How many requests of a batch are in which state; they sum up to all. */
export interface RequestCounts {
  processing: number;
  succeeded: number;
  errored: number;
  canceled: number;
  expired: number;
}

export type ProcessingStatus = 'in_progress' | 'canceling' | 'ended';

/** The MessageBatch object. https://platform.claude.com/docs/en/api/messages/batches */
export interface Batch {
  id: string;
  processing_status: ProcessingStatus;
  /** All of it is processing until the batch has ended. */
  request_counts: RequestCounts;
  /** RFC 3339, as all that follow. */
  created_at: string;
  expires_at: string;
  ended_at: string | null;
  cancel_initiated_at: string | null;
  /** When its results were removed. */
  archived_at: string | null;
}

/** What the gateway tells of a batch beside the official object. */
export interface Progress {
  id: string;
  processing_status: ProcessingStatus;
  /** As they are now. */
  request_counts: RequestCounts;
  done: number;
  total: number;
  started_at: string | null;
  rate_per_second: number | null;
  seconds_left: number | null;
  duplicate_calls: number;
  /** Tokens by kind, and `micro_usd`, millionths of a US$, where the model's prices are known. */
  usage: Readonly<Record<string, number>>;
}

/** One page of a list, newest first. */
export interface BatchPage {
  data: readonly Batch[];
  has_more: boolean;
  last_id: string | null;
}
