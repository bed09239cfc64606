import type { Limits } from '#core';
import { positiveInteger } from './entry-values.js';
import { section } from './section.js';

/** Requests, tokens and calls at once: of a credential, or of a workspace. Undefined for a section that limits nothing. */
export const limitsEntry = section({
  rpm: positiveInteger.optional(),
  input_tpm: positiveInteger.optional(),
  output_tpm: positiveInteger.optional(),
  concurrency: positiveInteger.optional(),
}).transform(({ rpm, input_tpm, output_tpm, concurrency }): Limits | undefined => {
  const limits: Limits = { rpm, inputTpm: input_tpm, outputTpm: output_tpm, concurrency };
  return Object.values(limits).every((limit) => limit === undefined) ? undefined : limits;
});
