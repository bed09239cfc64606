import type { ApiVersion } from '#core';

export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Printable ASCII. Anything else could be read as more than one header by somebody on the way. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** The families that travel. They are open: new names of the API and its clients appear all the time. */
const FAMILIES = /^(?:accept|user-agent|anthropic-.+|x-.+)$/;

/** Names of those families that concern somebody other than the upstream. */
const PRIVATE = new Set([
  // accounts of the caller, which the upstream account is not
  'anthropic-workspace-id',
  'anthropic-user-profile-id',
  // an agreement between a browser and the server that it talks to
  'anthropic-dangerous-direct-browser-access',
  // where the caller is
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-original-url',
]);

/** Added by proxies and clouds in front of Switchyard, about the caller or about themselves; or ours. */
const PROXIES = /^x-(?:forwarded|envoy|amzn?|goog|ms|azure|vercel|nf|switchyard)(?:-|$)/;

/** Whatever else may be a secret, such as `x-api-key` or `x-auth-request-access-token`. */
const SECRETS =
  /(?:^|[-_])(?:api-?key|key|token|secret|password|auth|authorization|authentication|credentials?|cookie|jwt|assertion)(?:$|[-_])/;

const judge = (name: string): boolean =>
  FAMILIES.test(name) && !PRIVATE.has(name) && !PROXIES.test(name) && !SECRETS.test(name);

/** Callers can make names up without end. */
const MAX_REMEMBERED = 1000;
const judged = new Map<string, boolean>();

/** Clients send the same twenty names again and again; judging those anew would take longer than scanning 10 kB of body. */
const mayTravel = (name: string): boolean => {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const verdict = judge(name);
  if (judged.size < MAX_REMEMBERED) judged.set(name, verdict);
  return verdict;
};

/** RFC 9110, 7.6.1: what `connection` names ends at the next hop. */
const hopByHop = (connection: string | string[] | undefined): readonly string[] =>
  connection === undefined || connection === 'keep-alive'
    ? []
    : String(connection)
        .toLowerCase()
        .split(',')
        .map((name) => name.trim());

/**
 * The caller's headers that an upstream may see; the table with the reasons is in `docs/reference/headers.md`.
 * `headers` have lower-case names, as Node gives them.
 */
export const upstreamHeaders = (headers: IncomingHeaders, version: ApiVersion): Record<string, string> => {
  const dropped = hopByHop(headers.connection);
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || !mayTravel(name) || dropped.includes(name)) continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (VALUE.test(text)) kept[name] = text;
  }
  kept['anthropic-version'] = version;
  return kept;
};
