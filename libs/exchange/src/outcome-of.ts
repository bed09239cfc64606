import type { Outcome } from '#routing';
import type { AttemptEnd } from './running-attempt.js';

/** What the choice has to know of an attempt's end, besides the upstream's part in it. */
export const outcomeOf = (end: AttemptEnd, { isLocal, hasContent }: OurPart): Outcome => {
  switch (end.kind) {
    case 'answered':
      return { kind: 'answered', local: isLocal };
    case 'failed':
      return { ...end, hasContent };
    case 'abandoned':
      return end;
  }
};

interface OurPart {
  /** This process has answered by itself. */
  isLocal: boolean;
  /** Something of the answer has reached the caller. */
  hasContent: boolean;
}
