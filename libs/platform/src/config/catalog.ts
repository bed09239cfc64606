import type { Route } from '#core';
import { isWildcard, matchesPattern } from './wildcard.js';

/** A model as callers may learn about it. */
export interface ModelEntry {
  name: string;
  aliases: readonly string[];
  displayName: string | undefined;
  /** RFC 3339. */
  createdAt: string | undefined;
  maxInputTokens: number | undefined;
  maxTokens: number | undefined;
  prices: Prices | undefined;
}

/** US$ per million tokens. */
interface Prices {
  input?: number;
  output?: number;
  cache_read?: number;
  cache_write_5m?: number;
  cache_write_1h?: number;
}

/** Every model name and where it leads. */
export interface Catalog {
  /** The route of a name or alias; else of the wildcard with the longest stem; else undefined. */
  find(model: string): Route | undefined;
  /** Every named model in the order of the file; wildcards name none. */
  readonly models: readonly ModelEntry[];
  /** Every route in the order of the file, wildcards included. */
  readonly routes: readonly Route[];
}

/** Joins models and their routes, which stand in the same order. Names and aliases must be unique. */
export const buildCatalog = (entries: readonly { model: ModelEntry; route: Route }[]): Catalog => {
  const byName = new Map<string, Route>();
  const wildcards: Route[] = [];
  for (const { model, route } of entries) {
    if (isWildcard(model.name)) wildcards.push(route);
    else for (const name of [model.name, ...model.aliases]) byName.set(name, route);
  }
  wildcards.sort((a, b) => b.name.length - a.name.length);
  return {
    find: (model) => byName.get(model) ?? wildcards.find((route) => matchesPattern(route.name, model)),
    models: entries.map(({ model }) => model).filter((model) => !isWildcard(model.name)),
    routes: entries.map(({ route }) => route),
  };
};
