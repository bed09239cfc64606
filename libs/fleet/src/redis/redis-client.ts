import { Cluster, Redis } from 'ioredis';
import type { RedisAddress } from '#core';
import { guardAgainstUnaskedReplies } from './unasked-replies.js';

/** A connection to a Redis, or to each node of a cluster that is needed. */
export type RedisClient = Redis | Cluster;

const CONNECT_MS = 1000;
/** A connection that owes an answer for so long is given up. Above the longest wait that anybody asks for. */
const SILENCE_MS = 3000;
/** How long a connection that was given up may take to close. */
const DISCONNECT_MS = 200;

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1000;

/** How long to wait before connecting again, after so many vain attempts in a row. Milliseconds. */
export const retryDelay = (failures: number): number => Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);

/**
 * Nothing is queued, resent or waited for: a command fails at once while there is no connection. RESP2 and no greeting, because
 * proxies know them and a reply of any shape then belongs to a command of ours.
 */
const options = (retryStrategy: () => number) => ({
  protocol: 2 as const,
  disableClientInfo: true,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  disconnectTimeout: DISCONNECT_MS,
  reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  retryStrategy,
});

/**
 * Connects at once and for ever again; `nextRetry` says after how many milliseconds. Errors are told to nobody: see `RedisLink`.
 */
export const connectRedis = (address: RedisAddress, nextRetry: () => number): RedisClient => {
  const client = open(address, options(nextRetry));
  // Without a listener they would be printed.
  client.on('error', () => undefined);
  guardAgainstUnaskedReplies(client);
  return client;
};

const open = (address: RedisAddress, tuned: ReturnType<typeof options>): RedisClient => {
  if (address.kind === 'single') return new Redis(address.url, tuned);
  const { username, password } = address;
  const tls = address.tls ? {} : undefined;
  if (address.kind === 'sentinel')
    return new Redis({
      ...tuned,
      sentinels: [...address.nodes],
      name: address.master,
      db: address.database,
      enableTLSForSentinelMode: address.tls,
      sentinelRetryStrategy: tuned.retryStrategy,
      username,
      password,
      tls,
    });
  const { retryStrategy, enableOfflineQueue, ...perNode } = tuned;
  return new Cluster([...address.nodes], {
    enableReadyCheck: false,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: CONNECT_MS,
    retryDelayOnFailover: FIRST_RETRY_MS,
    redisOptions: { ...perNode, username, password, tls },
  });
};
