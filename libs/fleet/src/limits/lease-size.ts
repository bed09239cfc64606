/** By what a replica's lease of one rate is measured. */
export interface LeaseMeasures {
  /** What was spent here of late, and will be again. */
  recent: number;
  /** What the last request needed. */
  typical: number;
  /** Whether there was a request of late at all. */
  active: boolean;
  burst: number;
  replicas: number;
}

/** A smaller share would be a handful of requests, held back from the others for one that may not come. */
const LEAST_SHARE = 2;

/**
 * How much a replica should hold, to answer most requests without asking: as much as it has lately spent, at least a request's
 * worth while there are any, and never more than its share of what may be used at once. 0 where the share is too small to be
 * divided: then every request asks.
 */
export const leaseSize = ({ recent, typical, active, burst, replicas }: LeaseMeasures): number => {
  if (!active || !Number.isFinite(burst)) return 0;
  const share = Math.floor(burst / replicas);
  if (share < LEAST_SHARE || share < typical) return 0;
  return Math.min(share, Math.max(Math.ceil(recent), typical));
};
