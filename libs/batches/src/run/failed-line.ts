import type { RanLine } from '../work.js';

/** For what a `LineRunner` should never do: fail other than by an answer. The line still ends. */
export const failedLine = (): RanLine => ({
  result: {
    type: 'errored',
    error: {
      type: 'error',
      error: { type: 'api_error', message: 'Internal error while the request was run.' },
      request_id: null,
    },
  },
  usage: {},
});
