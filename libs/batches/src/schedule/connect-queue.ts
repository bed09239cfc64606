import { Cluster, Redis } from 'ioredis';
import type { RedisAddress } from '#core';

const CONNECT_MS = 3_000;

const retryStrategy = (attempt: number): number => Math.min(100 * 2 ** attempt, 1_000);

/**
 * As the queue's library wants it: commands wait for the connection, and are sent again after a loss, which they are made for. Its own
 * pauses between attempts would leave a worker idle long after Redis is back.
 */
const PER_NODE = { maxRetriesPerRequest: null, connectTimeout: CONNECT_MS };

/** A connection for the queue, and for nobody else. */
export const connectQueue = (address: RedisAddress, onError: (error: Error) => void): Redis | Cluster =>
  open(address).on('error', onError);

const open = (address: RedisAddress): Redis | Cluster => {
  if (address.kind === 'single') return new Redis(address.url, { ...PER_NODE, retryStrategy });
  const { username, password } = address;
  const auth = { username, password, tls: address.tls ? {} : undefined };
  if (address.kind === 'cluster')
    return new Cluster([...address.nodes], {
      clusterRetryStrategy: retryStrategy,
      redisOptions: { ...PER_NODE, ...auth },
    });
  return new Redis({
    ...PER_NODE,
    ...auth,
    retryStrategy,
    sentinels: [...address.nodes],
    name: address.master,
    db: address.database,
    enableTLSForSentinelMode: address.tls,
    sentinelRetryStrategy: retryStrategy,
  });
};
