import type { LineResult, Work } from '#batches';

const orNull = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

const statusOf = ({ status, startedAt }: Work): 'queued' | 'in_progress' | 'ended' => {
  if (status === 'ended') return 'ended';
  return startedAt === undefined ? 'queued' : 'in_progress';
};

/** A message job. `result` has the grammar of a batch's, and is null until the job has ended. */
export const viewJob = (work: Work, result: LineResult | undefined) => ({
  id: work.id,
  type: 'message_job',
  status: statusOf(work),
  created_at: orNull(work.createdAt),
  started_at: orNull(work.startedAt),
  ended_at: orNull(work.endedAt),
  expires_at: orNull(work.expiresAt),
  cancel_initiated_at: orNull(work.cancelInitiatedAt),
  /** How often it was begun: more than once where a worker was lost. */
  attempts: work.startedAt === undefined ? 0 : 1 + work.duplicateCalls,
  result: result ?? null,
});
