import type { Redis } from 'ioredis';
import type { RedisAddress } from '#core';
import { openRedis } from '#redis';

const CONNECT_MS = 3_000;

/**
 * A connection for the queue, and for nobody else. As the queue's library wants it: commands wait for the connection, and are sent
 * again after a loss, which they are made for. Its own pauses between attempts would leave a worker idle long after Redis is back.
 */
export const connectQueue = (address: RedisAddress, onError: (error: Error) => void): Redis =>
  openRedis(address, {
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 1_000),
  }).on('error', onError);
