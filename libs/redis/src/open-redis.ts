import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '#core';
import { guardAgainstUnaskedReplies } from './unasked-replies.js';

/** What is asked of a connection, whatever kind of Redis it leads to. */
export interface RedisTuning extends RedisOptions {
  /** Milliseconds before the next attempt to connect, after so many in vain. */
  retryStrategy: (attempt: number) => number;
  /** Of no use but with a cluster. */
  cluster?: ClusterOptions;
}

/** How long a connection that was given up may take to close. The library's own timer keeps a process alive for so long, closed or not. */
const DISCONNECT_MS = 200;

/**
 * A client for any kind of Redis, which connects at once. All that is asked of one here a cluster's does as well, for keys that belong
 * together share a hash tag.
 */
export const openRedis = (address: RedisAddress, { cluster, ...tuning }: RedisTuning): Redis => {
  const client = open(address, { disconnectTimeout: DISCONNECT_MS, ...tuning }, cluster);
  guardAgainstUnaskedReplies(client);
  return client as Redis;
};

const open = (address: RedisAddress, tuning: RedisTuning, cluster: ClusterOptions | undefined): Redis | Cluster => {
  if (address.kind === 'single') return new Redis(address.url, tuning);
  const { username, password, nodes } = address;
  const auth = { username, password, tls: address.tls ? {} : undefined };
  if (address.kind === 'sentinel')
    return new Redis({
      ...tuning,
      ...auth,
      sentinels: [...nodes],
      name: address.master,
      db: address.database,
      enableTLSForSentinelMode: address.tls,
      sentinelRetryStrategy: tuning.retryStrategy,
    });
  const { retryStrategy, enableOfflineQueue = true, ...perNode } = tuning;
  return new Cluster([...nodes], {
    ...cluster,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...perNode, ...auth },
  });
};
