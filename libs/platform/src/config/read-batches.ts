import type { BatchSettings } from './config.js';
import type { Draft } from './draft.js';
import { durationWithin, positiveInteger, share } from './entry-values.js';
import { readSection, section } from './section.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const batchesSection = section({
  max_open: positiveInteger.default(100),
  max_queued_requests: positiveInteger.default(500_000),
  // The API promises an end within 24 hours, which its clients reckon with.
  expires: durationWithin(60_000, DAY, 'from 1m to 24h').default(DAY),
  interactive_share: share.default(0.3),
  archive_after: durationWithin(HOUR, 365 * DAY, 'from 1h to 365d, such as 29d').default(29 * DAY),
  concurrency: positiveInteger.default(100),
});

/** Reads `batches`: what may be submitted to be answered later, and how it is worked off. Also holds for jobs. */
export const readBatches = (draft: Draft): BatchSettings | undefined => {
  const entry = readSection(draft, ['batches'], batchesSection);
  if (!entry) return undefined;
  if (entry.archive_after < entry.expires)
    draft.fault(
      ['batches', 'archive_after'],
      'is shorter than expires, so results would be dropped unread; write more',
    );
  return {
    maxOpen: entry.max_open,
    maxQueuedRequests: entry.max_queued_requests,
    expiresMs: entry.expires,
    interactiveShare: entry.interactive_share,
    archiveAfterMs: entry.archive_after,
    concurrency: entry.concurrency,
  };
};
