import type { Answer } from './answer.js';
import { type Load, Tally } from './load.js';

/** Requests at a steady rate, whether answers come or not: the only way in which waiting shows as latency. */
export interface Pace {
  perSecond: number;
  forMs: number;
}

/** More unanswered calls than this many seconds' worth means that the rate is beyond what can be served. */
const BACKLOG_SECONDS = 5;

/** Resolves when the last answer is whole. Rejects at the first that is wrong, and when answers do not keep up. */
export const paced = ({ caller, request, expectedBytes }: Load, { perSecond, forMs }: Pace): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const tally = new Tally();
    const total = Math.max(1, Math.round((perSecond * forMs) / 1000));
    const startedAt = performance.now();
    let sent = 0;
    const stop = (error?: unknown): void => {
      clearInterval(timer);
      tally.elapsedMs = performance.now() - startedAt;
      if (error instanceof Error) reject(error);
      else resolve(tally);
    };
    const over = (answer: Answer): void => {
      try {
        tally.add(answer);
        if (tally.calls === total) stop();
      } catch (error) {
        stop(error);
      }
    };
    const timer = setInterval(() => {
      const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
      for (; sent < due; sent++) caller.send(request, { expectedBytes, gaps: tally.gapMs, over });
      if (sent === total) clearInterval(timer);
      if (sent - tally.calls > perSecond * BACKLOG_SECONDS + 100)
        stop(new Error(`no more than a part of ${perSecond}/s was answered`));
    }, 1);
  });
