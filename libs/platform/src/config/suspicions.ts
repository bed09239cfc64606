import type { Draft } from './draft.js';
import type { ModelDraft } from './read-models.js';
import { overlap } from './wildcard.js';

const warnOfUnusedProviders = (draft: Draft, models: readonly ModelDraft[]): void => {
  const used = new Set(models.flatMap(({ targets }) => targets.map(({ provider }) => provider)));
  for (const path of draft.entries(['providers']))
    if (!used.has(String(path.at(-1)))) draft.warn(path, 'is used by no model; name it in a target or take it out');
};

const warnOfIdlePatterns = (draft: Draft, models: readonly ModelDraft[]): void => {
  const names = models.flatMap(({ model }) => [model.name, ...model.aliases]);
  for (const key of draft.entries(['keys']))
    for (const item of draft.entries([...key, 'models'])) {
      const pattern = draft.text(item) ?? '';
      if (!names.some((name) => overlap(pattern, name)))
        draft.warn(item, `${pattern} matches no model; mend it or take it out`);
    }
};

const warnOfExpiredKeys = (draft: Draft, now: number): void => {
  for (const key of draft.entries(['keys'])) {
    const path = [...key, 'expires'];
    if (Date.parse(draft.text(path) ?? '') <= now) draft.warn(path, 'is in the past; the key is refused');
  }
};

/** Warns of what is allowed and can hardly have been meant. For files without fault only. */
export const warnOfSuspicions = (draft: Draft, models: readonly ModelDraft[], now: number): void => {
  warnOfUnusedProviders(draft, models);
  warnOfIdlePatterns(draft, models);
  warnOfExpiredKeys(draft, now);
  if (draft.entries(['keys']).length === 0) draft.warn(['keys'], 'there is none, so every call is refused; add one');
};
