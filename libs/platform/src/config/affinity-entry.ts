import type { AffinityPolicy } from '#core';
import type { Draft } from './draft.js';
import { oneOf, wants } from './entry-values.js';
import type { Path } from './fault.js';
import { suggestName } from './nearest.js';
import { readSection, section } from './section.js';
import { z } from 'zod';

const POLICIES: readonly AffinityPolicy['by'][] = ['prefix', 'header', 'none'];

/** Claude Code sends one for each conversation, and the same for those of its helpers. */
const DEFAULT_HEADER = 'x-claude-code-session-id';

/** RFC 9110, 5.1. */
const headerName = z
  .string(wants('the name of a header'))
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, wants('the name of a header'))
  .transform((name) => name.toLowerCase());

const affinitySection = section({
  by: oneOf<AffinityPolicy['by']>(POLICIES).optional(),
  header: headerName.optional(),
});

const policy = (by: AffinityPolicy['by'], header = DEFAULT_HEADER): AffinityPolicy => ({ by, header });

/** Reads `affinity`: a mapping, or only the word that would stand under `by`. Reports what does not fit. */
export const readAffinity = (draft: Draft, path: Path): AffinityPolicy => {
  const word = draft.text(path);
  if (word !== undefined) {
    const by = POLICIES.find((known) => known === word);
    if (by === undefined) draft.fault(path, `is ${JSON.stringify(word)}; ${suggestName(word, POLICIES)}`);
    return policy(by ?? 'none');
  }
  const { by = 'header', header } = readSection(draft, path, affinitySection) ?? {};
  if (header !== undefined && by !== 'header')
    draft.faultName([...path, 'header'], `is not looked at with by: ${by}; take it out, or write by: header`);
  return policy(by, header);
};
