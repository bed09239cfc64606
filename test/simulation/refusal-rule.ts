import type { Deployment, Failure } from '#core';

/** How much of an upstream a refusal is about. */
export type RefusalScope = 'credential' | 'use' | 'provider' | 'deployment';

/** For how long nobody may ask again, whatever else is known: `mostMs` may come of a row of refusals. */
export interface RefusalRule {
  scope: RefusalScope;
  leastMs: number;
  mostMs: number;
}

const LONGEST_TOLD_MS = 300_000;

const toldOr = (scope: RefusalScope, { retryAfterMs }: Failure, leastMs: number, mostMs: number): RefusalRule => {
  if (retryAfterMs === undefined) return { scope, leastMs, mostMs };
  const toldMs = Math.min(retryAfterMs, LONGEST_TOLD_MS);
  return { scope, leastMs: toldMs, mostMs: toldMs };
};

/** The outcome table once more, as far as it forbids anything, read from the documentation and not from the engine. */
export const ruleOf = (failure: Failure): RefusalRule | undefined => {
  const { status = 0 } = failure;
  switch (status) {
    case 401:
      return { scope: 'credential', leastMs: 300_000, mostMs: 3_600_000 };
    case 403:
      return { scope: 'use', leastMs: 600_000, mostMs: 600_000 };
    case 404:
      return { scope: 'deployment', leastMs: 600_000, mostMs: 600_000 };
    case 429:
      return toldOr('use', failure, 2_000, 60_000);
    case 529:
      return toldOr('provider', failure, 2_000, 60_000);
    case 503:
      return toldOr('deployment', failure, 0, 0);
    default:
      return undefined;
  }
};

/** What a refusal in that scope is about, by name. */
export const subjectOf = (scope: RefusalScope, { provider, credential, model, id }: Deployment): string => {
  switch (scope) {
    case 'credential':
      return `credential ${provider.name}/${credential.name}`;
    case 'use':
      return `use ${provider.name}/${credential.name}/${model}`;
    case 'provider':
      return `provider ${provider.name}/${model}`;
    case 'deployment':
      return `deployment ${id}`;
  }
};

export const SCOPES: readonly RefusalScope[] = ['credential', 'use', 'provider', 'deployment'];
