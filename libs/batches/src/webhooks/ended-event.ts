import type { Work } from '../work.js';

/** What is told. The same on every attempt, whoever makes it. */
export interface WebhookEvent {
  /** Of the work and of what happened to it. */
  id: string;
  /** JSON, far below the 20 KB that receivers can be expected to take. */
  body: string;
}

const moment = (ms: number): string => new Date(ms).toISOString();
const orNull = (ms: number | undefined): string | null => (ms === undefined ? null : moment(ms));

/** Without `results_url`: its origin is the caller's, and a worker knows none. */
const viewEndedBatch = ({ id, counts, createdAt, expiresAt, endedAt, cancelInitiatedAt }: Work) => ({
  id,
  type: 'message_batch',
  processing_status: 'ended',
  request_counts: {
    processing: 0,
    succeeded: counts.succeeded,
    errored: counts.errored,
    canceled: counts.canceled,
    expired: counts.expired,
  },
  created_at: moment(createdAt),
  expires_at: moment(expiresAt),
  ended_at: orNull(endedAt),
  cancel_initiated_at: orNull(cancelInitiatedAt),
});

const viewEndedJob = ({ id, counts, createdAt, expiresAt, endedAt, cancelInitiatedAt }: Work) => ({
  id,
  type: 'message_job',
  status: 'ended',
  created_at: moment(createdAt),
  ended_at: orNull(endedAt),
  expires_at: moment(expiresAt),
  cancel_initiated_at: orNull(cancelInitiatedAt),
  /** Never the message or the error: those are fetched with a key. */
  result: { type: Object.entries(counts).find(([, lines]) => lines > 0)?.[0] ?? 'canceled' },
});

/** Says that a work has ended, and how, and nothing of its content. */
export const endedEvent = (work: Work): WebhookEvent => {
  const data = work.kind === 'batch' ? viewEndedBatch(work) : viewEndedJob(work);
  return {
    id: `${work.id}_ended`,
    body: JSON.stringify({ type: `${data.type}.ended`, timestamp: orNull(work.endedAt), data }),
  };
};
