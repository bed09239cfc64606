/** What a batch may be. */
export interface IntakeLimits {
  requests: number;
  /** Of the whole body, as it is sent. */
  bytes: number;
  /** Of one element of `requests`, white space included. */
  requestBytes: number;
}

/** As the API has them; one request may weigh what a Messages body may. https://platform.claude.com/docs/en/build-with-claude/batch-processing */
export const BATCH_LIMITS: IntakeLimits = {
  requests: 100_000,
  bytes: 256 * 1024 * 1024,
  requestBytes: 32 * 1024 * 1024,
};

/**
 * Objects and arrays open at once in `params`: what a Messages body may have. Deeper ones are refused before anything
 * parses them, because what `JSON.parse` still takes, `JSON.stringify` may not give back.
 */
export const MAX_PARAMS_DEPTH = 128;
