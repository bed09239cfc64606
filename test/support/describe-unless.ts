import { describe } from '@jest/globals';

/** The name of a test or a suite: where it is left out it says why, so that nobody takes it for passed. */
export const nameUnless = (obstacle: string | undefined, name: string): string =>
  obstacle === undefined ? name : `${name} (left out: ${obstacle})`;

/** A suite that is left out where something stands in its way. */
export const describeUnless = (obstacle: string | undefined, name: string, suite: () => void): void =>
  (obstacle === undefined ? describe : describe.skip)(nameUnless(obstacle, name), () => {
    suite();
  });
