import type { Answer } from './answer.js';
import { type Load, Tally } from './load.js';

/** So many callers at once, each asking again as soon as it has its answer. */
export interface ClosedLoop {
  callers: number;
  /** Nothing new is asked after that. */
  forMs: number;
}

/** Resolves when the last answer is whole. Rejects at the first that is wrong. */
export const closedLoop = ({ caller, request, expectedBytes }: Load, { callers, forMs }: ClosedLoop): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const tally = new Tally();
    const startedAt = performance.now();
    let busy = callers;
    const over = (answer: Answer): void => {
      try {
        tally.add(answer);
      } catch (error) {
        reject(error);
        return;
      }
      if (performance.now() - startedAt < forMs) ask();
      else if (--busy === 0) finish();
    };
    const ask = (): void => void caller.send(request, { expectedBytes, gaps: tally.gapMs, over });
    const finish = (): void => {
      tally.elapsedMs = performance.now() - startedAt;
      resolve(tally);
    };
    for (let started = 0; started < callers; started++) ask();
  });
