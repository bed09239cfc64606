import { Redis } from 'ioredis';

const PATIENCE_MS = 3000;

const connect = (url: string): Redis =>
  new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });

const ask = async <T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = connect(url);
  // Without a listener a refused connection would be printed as well as thrown.
  let cause: Error | undefined;
  redis.on('error', (error: Error) => {
    cause = error;
  });
  try {
    await redis.connect();
    return await question(redis);
  } catch (error) {
    throw cause ?? error;
  } finally {
    // A connection that has ended already would only be waited for.
    if (redis.status !== 'end') redis.disconnect();
  }
};

/** Resolves when a Redis answers there and is ready; rejects with why it is not. */
export const pingRedis = async (url: string): Promise<void> => {
  await ask(url, (redis) => redis.ping());
};

/** The folder in which a Redis keeps its data; undefined when none answers. */
export const dataFolderOf = async (url: string): Promise<string | undefined> => {
  try {
    const answer: unknown = await ask(url, (redis) => redis.config('GET', 'dir'));
    return Array.isArray(answer) ? String(answer[1]) : undefined;
  } catch {
    return undefined;
  }
};

/** Asks a Redis to end; resolves when it has hung up. */
export const shutDownRedis = async (url: string): Promise<void> => {
  await ask(url, (redis) => redis.shutdown()).catch(() => undefined);
};

/** A Redis URL as it may be shown: the password is masked. */
export const maskPassword = (url: string): string => {
  if (!URL.canParse(url)) return 'that REDIS_URL';
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
};
