import { meddle } from './replicas.js';

/** What Redis keeps of the marks of health, and of the limits of credentials. */
const MARKS = 'sw:{fleet}:marks';
const LIMITS = 'sw:{limits:*}';

/** "Moment, and what was held then." */
const earlier = (holding: string, ms: number): string => {
  const [beat, ...rest] = holding.split(' ');
  return [Number(beat) - ms, ...rest].join(' ');
};

/**
 * Puts the clock of that Redis forward by so many milliseconds, or back where they are negative, as far as replicas can see: what the
 * clock would show is a jump seen from the moments that were written before it. Gives how many were.
 */
export const putRedisClock = (url: string, byMs: number): Promise<number> =>
  meddle(url, async (redis) => {
    let moments = 0;
    const write = async (key: string, field: string, value: string | number): Promise<void> => {
      await redis.hset(key, field, value);
      moments++;
    };
    for (const [field, text] of Object.entries(await redis.hgetall(MARKS))) {
      const mark = JSON.parse(text) as { till: number };
      await write(MARKS, field, JSON.stringify({ ...mark, till: mark.till - byMs }));
    }
    for (const key of await redis.keys(LIMITS))
      for (const [field, value] of Object.entries(await redis.hgetall(key))) {
        if (field === 'at') await write(key, field, Number(value) - byMs);
        if (field.startsWith('h:')) await write(key, field, earlier(value, byMs));
      }
    return moments;
  });
