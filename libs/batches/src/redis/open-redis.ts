import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '#core';

/** What is asked of a connection, whatever kind of Redis it leads to. */
export interface Tuning extends Pick<RedisOptions, 'maxRetriesPerRequest' | 'connectTimeout' | 'commandTimeout'> {
  enableOfflineQueue?: boolean;
  /** Milliseconds before the next attempt to connect. */
  retryStrategy: (attempt: number) => number;
}

/** A client for any kind of Redis. All that is asked of one here a cluster's does as well, for all our keys are in one slot. */
export const openRedis = (address: RedisAddress, tuning: Tuning): Redis => {
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
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...perNode, ...auth },
  }) as unknown as Redis;
};
