import type { RanLine } from '../work.js';

const failure = (message: string): RanLine => ({
  result: {
    type: 'errored',
    error: {
      type: 'error',
      error: { type: 'api_error', message },
      request_id: null,
    },
  },
  usage: {},
});

/** For what a `LineRunner` should never do: fail other than by an answer. The line still ends. */
export const failedLine = (): RanLine => failure('Internal error while the request was run.');

/** For a request that cannot be read any more. */
export const lostLine = (): RanLine => failure('The request was lost or damaged after it had been accepted.');
