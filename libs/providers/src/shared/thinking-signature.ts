/**
 * How the `signature` begins that adapters put under thinking which is not Claude's. No signature of Claude's looks like
 * it, being plain base64, and Claude refuses what it has not signed.
 */
export const OUR_SIGNATURE_PREFIX = 'swy1.';
