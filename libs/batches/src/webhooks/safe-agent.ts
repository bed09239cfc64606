import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { Agent, buildConnector } from 'undici';
import { resolveHost, type ResolveHost } from './resolve-host.js';
import { isSafeAddress } from './safe-address.js';
import type { NetworkRule } from './webhook-settings.js';

const CONNECT_MS = 10_000;
/** An address that has not answered by then is left alone for the next one. Node's own 250 ms are too few between continents. */
const NEXT_ADDRESS_MS = 1_000;
const CONNECTIONS_PER_HOST = 8;

/** A host has an address that nothing may be sent to. */
export class RefusedAddressError extends Error {
  readonly code = 'REFUSED_ADDRESS';

  constructor(host: string) {
    super(`${host} has an address that nothing may be sent to`);
    this.name = 'RefusedAddressError';
  }
}

/** Gives addresses away only when every one of them may be called, because nobody says which of them will be. */
const safeAddresses = async (
  name: string,
  rule: NetworkRule,
  resolve: ResolveHost,
): Promise<[LookupAddress, ...LookupAddress[]]> => {
  const [first, ...others] = await resolve(name, rule);
  if (!first || ![first, ...others].every(({ address }) => isSafeAddress(address, rule)))
    throw new RefusedAddressError(name);
  return [first, ...others];
};

const safeLookup =
  (rule: () => NetworkRule, resolve: ResolveHost): LookupFunction =>
  (name, { all }, callback) =>
    callbackify(safeAddresses)(name, rule(), resolve, (error, found) => {
      if (error) callback(error, []);
      else if (all) callback(null, found);
      else callback(null, found[0].address, found[0].family);
    });

/**
 * The only way out to URLs that callers name. A name is resolved once for a connection, and the connection made to what was
 * looked at then, under the original name in `Host` and in TLS: another answer to a second question changes nothing. Redirects
 * are for whoever asks to refuse or to follow; nothing here does.
 */
export const openSafeAgent = (rule: () => NetworkRule, resolve: ResolveHost = resolveHost): Agent => {
  const connect = buildConnector({
    timeout: CONNECT_MS,
    lookup: safeLookup(rule, resolve),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    allowH2: false,
  });
  return new Agent({
    connections: CONNECTIONS_PER_HOST,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      // What is an address already is connected to without a lookup.
      if (isIP(literal) !== 0 && !isSafeAddress(literal, rule())) callback(new RefusedAddressError(literal), null);
      else connect(options, callback);
    },
  });
};
