import type { CallerKey } from '#core';
import { matchesPattern } from '#platform';

/** Whether the key's list of models, if it has one, names this one. */
export const mayUse = (key: CallerKey | null, model: string): boolean =>
  key !== null && (key.models === undefined || key.models.some((pattern) => matchesPattern(pattern, model)));
