import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallerKey } from '#core';
import type { Workspace } from './config.js';
import type { Draft } from './draft.js';
import {
  isLabel,
  LABEL_FORM,
  label,
  modelName,
  moment,
  positiveNumber,
  secret,
  wants,
  weight,
} from './entry-values.js';
import type { Path } from './fault.js';
import { judgeSecretLength } from './guessable.js';
import { suggestName } from './nearest.js';
import { limitsEntry } from './limits-entry.js';
import { entriesOf, readSection, section } from './section.js';
import { isMisplacedWildcard } from './wildcard.js';

/** The workspace that is always there, and that a key belongs to when it names none. */
const DEFAULT_WORKSPACE = 'default';

const SHORTEST_SECRET = 16;

/** What is said of the limits and budgets of workspaces. */
const NOT_ENFORCED = 'is accepted and not enforced by this version; enforce it upstream until then';

const workspaceSection = section({
  weight: weight.default(1),
  limits: limitsEntry.optional(),
  budget: section({
    usd: positiveNumber,
    per: z.enum(['day', 'week', 'month'], wants('day, week or month')),
  }).optional(),
});

const keySection = section({
  name: label,
  secret: secret(),
  workspace: z.string(wants('the name of a workspace')).default(DEFAULT_WORKSPACE),
  models: z
    .array(modelName, wants('a list of model names and beginnings such as claude-*'))
    .min(1, { error: 'is empty, so the key could use nothing; leave it out to allow every model' })
    .optional(),
  expires: moment.optional(),
});

/** Reads `workspaces`. `default` is among them even if the file does not name it. */
export const readWorkspaces = (draft: Draft): Workspace[] => {
  const paths = entriesOf(draft, ['workspaces'], { list: false, right: 'workspaces by name', optional: true });
  const named = paths.map((path): Workspace => {
    const name = String(path.at(-1));
    if (!isLabel(name)) draft.faultName(path, `is not a name for a workspace; write ${LABEL_FORM}`);
    const entry = readSection(draft, path, workspaceSection);
    if (entry?.limits) draft.warn([...path, 'limits'], NOT_ENFORCED);
    if (entry?.budget) draft.warn([...path, 'budget'], NOT_ENFORCED);
    return { name, weight: entry?.weight ?? 1, limits: entry?.limits, budget: entry?.budget };
  });
  const hasDefault = named.some(({ name }) => name === DEFAULT_WORKSPACE);
  return hasDefault ? named : [{ name: DEFAULT_WORKSPACE, weight: 1, limits: undefined, budget: undefined }, ...named];
};

/** Refuses a value that another entry has already; says which, without saying what. */
class Unique {
  readonly #seen = new Map<string, string>();

  constructor(private readonly draft: Draft) {}

  check(path: Path, owner: string): void {
    const value = this.draft.text(path);
    if (value === undefined) return;
    const other = this.#seen.get(value);
    if (other === undefined) this.#seen.set(value, owner);
    else this.draft.fault(path, `is the same as that of ${other}; choose another`);
  }
}

const checkPatterns = (draft: Draft, path: Path): void => {
  for (const item of draft.entries(path))
    if (isMisplacedWildcard(draft.text(item) ?? ''))
      draft.fault(item, 'has a * that is not at the end; write * alone or a beginning such as claude-*');
};

const checkWorkspace = (draft: Draft, path: Path, known: readonly string[]): void => {
  const name = draft.text(path);
  if (name !== undefined && !known.includes(name))
    draft.fault(path, `there is no workspace ${name}; ${suggestName(name, known)}`);
};

const readKey = (draft: Draft, path: Path): CallerKey | undefined => {
  const entry = readSection(draft, path, keySection);
  if (!entry) return undefined;
  return {
    name: entry.name,
    workspace: entry.workspace,
    digest: createHash('sha256').update(entry.secret).digest(),
    models: entry.models,
    expiresAt: entry.expires,
  };
};

/** Reads `keys`. Secrets stay behind in the draft: only their digests are given. */
export const readKeys = (draft: Draft, workspaces: readonly Workspace[]): CallerKey[] => {
  const paths = entriesOf(draft, ['keys'], {
    list: true,
    right: '[ { name: ci, secret: "${CI_KEY}" } ]',
    optional: true,
  });
  const known = workspaces.map(({ name }) => name);
  const names = new Unique(draft);
  const secrets = new Unique(draft);
  secrets.check(['admin_key'], 'admin_key');
  const keys = paths.map((path) => {
    names.check([...path, 'name'], 'a key above');
    secrets.check([...path, 'secret'], 'another key');
    judgeSecretLength(draft, [...path, 'secret'], SHORTEST_SECRET);
    checkWorkspace(draft, [...path, 'workspace'], known);
    checkPatterns(draft, [...path, 'models']);
    return readKey(draft, path);
  });
  return keys.filter((key) => key !== undefined);
};
