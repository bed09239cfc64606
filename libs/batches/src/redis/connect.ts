import { Redis } from 'ioredis';

const COMMAND_MS = 3_000;

/**
 * A client for the states of jobs and batches. A command fails at once while there is no connection, and after three seconds when
 * nothing is answered; whoever asked decides whether to ask again. One that was cut off before its answer may run twice.
 */
export const connectWorkRedis = (url: string): Redis =>
  new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS,
    connectTimeout: COMMAND_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
  }).on('error', () => undefined);

/** A client that only listens. It waits for the connection, and takes its channels up again after each loss. */
export const connectWorkNews = (url: string): Redis =>
  new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: COMMAND_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
  }).on('error', () => undefined);
