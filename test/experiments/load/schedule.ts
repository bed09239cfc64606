/** How calls follow each other. */
export interface Pace {
  /** A steady rate, or one that rises or falls evenly from the first to the last moment. */
  perSecond: number | { from: number; to: number };
  forMs: number;
  /** `even`: at equal distances. `random`: as independent callers come, at the same rate. Default `even`. */
  arrivals?: 'even' | 'random';
}

/** A call's moment if calls came evenly: the integral of the rate solved for time. */
const evenly = ({ perSecond, forMs }: Pace, n: number): number => {
  if (typeof perSecond === 'number') return (n * 1000) / perSecond;
  const from = perSecond.from / 1000;
  const slope = (perSecond.to - perSecond.from) / 1000 / forMs;
  if (slope === 0) return n / from;
  const root = from * from + 2 * slope * n;
  return root < 0 ? Number.POSITIVE_INFINITY : (Math.sqrt(root) - from) / slope;
};

/**
 * When each call is meant to start, in milliseconds from the first, known before the first is sent: so that an answer that comes late
 * delays nobody else's question. https://www.scylladb.com/2021/04/22/on-coordinated-omission/
 */
export const schedule = (pace: Pace, random: () => number): number[] => {
  const moments: number[] = [];
  let nth = 0;
  for (;;) {
    const at = evenly(pace, nth);
    if (!(at < pace.forMs)) return moments;
    moments.push(at);
    // Independent arrivals: exponential distances, stretched as the rate goes.
    nth += pace.arrivals === 'random' ? -Math.log(1 - random()) : 1;
  }
};
