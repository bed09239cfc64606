import type { ProviderKind } from '#core';

const EXAMPLE: Record<ProviderKind, string> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com/v1',
};

/** The part of a path that is added to the base for each call, by wire. */
const ADDED: Record<ProviderKind, RegExp> = {
  anthropic: /\/v1(\/messages)?$/,
  openai: /\/(chat\/completions|responses|models)$/,
};

/** Checks the address of an upstream. Gives it without its trailing slash, or what is wrong with it. */
export const checkBaseUrl = (text: string, kind: ProviderKind): { url: string } | { problem: string } => {
  const right = `write one such as ${EXAMPLE[kind]}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    return { problem: `is not an http or https address; ${right}` };
  if (url.username !== '' || url.password !== '')
    return { problem: 'holds a user name or password; put the key under credentials' };
  if (/[?#]/.test(text)) return { problem: 'has a query or a fragment; cut it off' };
  const trimmed = text.replace(/\/+$/, '');
  const added = ADDED[kind].exec(trimmed)?.[0];
  if (added === undefined) return { url: trimmed };
  return { problem: `ends in ${added}, which is added for each call; write ${trimmed.slice(0, -added.length)}` };
};
