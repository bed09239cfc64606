import type { Redis } from 'ioredis';
import type { RedisAddress } from '#core';
import { openRedis } from '#redis';

const CONNECT_MS = 1000;
/** A connection that owes an answer for so long is given up. Above the longest wait that anybody asks for. */
const SILENCE_MS = 3000;

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1000;

/** How long to wait before connecting again, after so many vain attempts in a row. Milliseconds. */
export const retryDelay = (failures: number): number => Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);

/**
 * Nothing is queued, resent or waited for: a command fails at once while there is no connection. RESP2 and no greeting, because
 * proxies know them and a reply of any shape then belongs to a command of ours.
 */
const TUNING = {
  protocol: 2,
  disableClientInfo: true,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  cluster: {
    enableReadyCheck: false,
    slotsRefreshTimeout: CONNECT_MS,
    retryDelayOnFailover: FIRST_RETRY_MS,
  },
} as const;

/**
 * Connects at once and for ever again; `nextRetry` says after how many milliseconds. Errors are told to nobody: see `RedisLink`.
 */
export const connectRedis = (address: RedisAddress, nextRetry: () => number): Redis =>
  // Without a listener errors would be printed.
  openRedis(address, { ...TUNING, retryStrategy: nextRetry }).on('error', () => undefined);
