import type { Work } from '#batches';

const moment = (ms: number): string => new Date(ms).toISOString();
const orNull = (ms: number | undefined): string | null => (ms === undefined ? null : moment(ms));

const countsOf = ({ lines, counts }: Work) => {
  const { succeeded, errored, canceled, expired } = counts;
  return { processing: lines - succeeded - errored - canceled - expired, succeeded, errored, canceled, expired };
};

/** Until a batch has ended, all of it is processing: that is how the API counts. */
const officialCounts = (work: Work) =>
  work.status === 'ended'
    ? countsOf(work)
    : { processing: work.lines, succeeded: 0, errored: 0, canceled: 0, expired: 0 };

/** The MessageBatch object. https://platform.claude.com/docs/en/api/messages/batches */
export const viewBatch = (work: Work, origin: string) => ({
  id: work.id,
  type: 'message_batch',
  processing_status: work.status,
  request_counts: officialCounts(work),
  created_at: moment(work.createdAt),
  expires_at: moment(work.expiresAt),
  ended_at: orNull(work.endedAt),
  cancel_initiated_at: orNull(work.cancelInitiatedAt),
  archived_at: orNull(work.archivedAt),
  results_url:
    work.status === 'ended' && work.archivedAt === undefined
      ? `${origin}/v1/messages/batches/${work.id}/results`
      : null,
});

/** The live counts as a dictionary in a header (RFC 9651), for those who poll the official object. */
export const progressHeader = (work: Work): string =>
  Object.entries(countsOf(work))
    .map(([name, count]) => `${name}=${count}`)
    .join(', ');

/** Our own account of how far a batch is. */
export const viewProgress = (work: Work, now: number) => {
  const counts = countsOf(work);
  const done = work.lines - counts.processing;
  const seconds = ((work.endedAt ?? now) - (work.startedAt ?? now)) / 1000;
  const rate = seconds > 0 ? done / seconds : null;
  return {
    id: work.id,
    type: 'message_batch_progress',
    processing_status: work.status,
    request_counts: counts,
    done,
    total: work.lines,
    started_at: orNull(work.startedAt),
    /** Results a second since the first line was begun. */
    rate_per_second: rate,
    /** Null where it cannot be told yet. */
    seconds_left: work.status === 'ended' ? 0 : rate ? counts.processing / rate : null,
    duplicate_calls: work.duplicateCalls,
    usage: work.usage,
  };
};
