import { type LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import type { NetworkRule } from './webhook-settings.js';

/** All addresses of a host name, at least one. Rejects when there is none, or nobody answers. */
export type ResolveHost = (name: string, rule: NetworkRule) => Promise<readonly LookupAddress[]>;

const QUERY_MS = 2_000;
const TRIES = 2;

const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES });

const fromDns = async (name: string): Promise<LookupAddress[]> => {
  const [six, four] = await Promise.allSettled([resolver.resolve6(name), resolver.resolve4(name)]);
  const found = [
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
  ];
  if (found.length === 0 && four.status === 'rejected') throw four.reason;
  return found;
};

/**
 * Names of strangers are asked of DNS alone. The system's own way also knows `/etc/hosts` and search domains, which are for the
 * operator's hosts; and it holds one of the few threads that storage writes with for as long as a stranger's name server is silent.
 */
export const resolveHost: ResolveHost = (name, { allowPrivateHosts }) =>
  allowPrivateHosts ? lookup(name, { all: true }) : fromDns(name);
