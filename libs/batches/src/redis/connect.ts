import type { Redis } from 'ioredis';
import type { RedisAddress } from '#core';
import { openRedis } from '#redis';

const COMMAND_MS = 3_000;

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** attempt, 1_000);

/**
 * A client for the states of jobs and batches. A command fails at once while there is no connection, and after three seconds when
 * nothing is answered; whoever asked decides whether to ask again. One that was cut off before its answer may run twice.
 */
export const connectWorkRedis = (address: RedisAddress): Redis =>
  openRedis(address, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS,
    connectTimeout: COMMAND_MS,
    retryStrategy,
  }).on('error', () => undefined);

/** A client that only listens. Whoever listens takes its channels up after each loss. */
export const connectWorkNews = (address: RedisAddress): Redis =>
  openRedis(address, {
    maxRetriesPerRequest: null,
    connectTimeout: COMMAND_MS,
    autoResubscribe: false,
    retryStrategy,
  }).on('error', () => undefined);
