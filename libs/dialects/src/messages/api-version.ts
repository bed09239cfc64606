import type { ApiVersion } from '#core';
import { invalidRequest } from './invalid-request.js';

/** What a caller gets who names none. */
const OLDEST: ApiVersion = '2023-06-01';
const KNOWN: readonly ApiVersion[] = [OLDEST, '2026-10-21'];

/** The version that `anthropic-version` names. Throws `ApiError` for an unknown one. */
export const readVersion = (header: string | string[] | undefined): ApiVersion => {
  if (header === undefined) return OLDEST;
  const version = KNOWN.find((known) => known === header);
  if (version) return version;
  throw invalidRequest(
    `anthropic-version: ${JSON.stringify(String(header))} is not a known version; send ${KNOWN.map((known) => `"${known}"`).join(' or ')}`,
  );
};
