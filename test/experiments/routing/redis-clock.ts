import { type HealthMark, NO_USAGE } from '#core';
import { flood } from '../../fleet/flood.js';
import { putRedisClock } from '../../fleet/redis-clock.js';
import { grants, limitedTo, Replicas } from '../../fleet/replicas.js';
import { atMost, between, type Figure } from '../figure.js';
import type { Rig } from '../rig/rig.js';

const HOUR_MS = 3_600_000;
const RPM = 600;
/** Five seconds' worth, which a bucket lets through at one stroke. */
const BURST = RPM / 12;
const SECONDS = 2;
/** What comes back in that time, of which a little may still be lent to somebody when it is over. */
const COMES_BACK = (RPM * SECONDS) / 60;

const COOLDOWN: HealthMark = { subject: 'somebody', kind: 'cooldown', reason: '429', remainingMs: 7_000 };

/** A clock jumps that three replicas share limits and cooldowns by, after the burst was used. */
const jumpBy = async (rig: Rig, byMs: number, how: string): Promise<Figure[]> => {
  const { url } = await rig.anotherRedis();
  const replicas = new Replicas(url);
  rig.ends(() => replicas.close());
  const [one, two, three] = [await replicas.join('1'), await replicas.join('2'), await replicas.join('3')];
  const limited = limitedTo({ rpm: RPM, concurrency: 50 });
  const held = await grants(one.fleet, limited, BURST + 10);
  one.fleet.publish(COOLDOWN);
  const { length: toldBefore } = (await replicas.join('before')).heard;

  const moments = await putRedisClock(url, byMs);

  const { heard } = await replicas.join('after');
  for (const reservation of held) reservation.settle(NO_USAGE);
  const fleets = [one, two, three].map(({ fleet }) => fleet);
  const { admitted } = await flood(fleets, limited, { rpm: RPM, seconds: SECONDS, perSecond: 200 });
  const longest = toldBefore === 1 ? Math.max(0, ...heard.map(({ remainingMs }) => remainingMs)) : Number.NaN;
  return [
    atMost(COOLDOWN.remainingMs / 1000, { name: `cooldown of 7 s after ${how}`, value: longest / 1000, unit: 's' }),
    between(0.85 * COMES_BACK, COMES_BACK + BURST + fleets.length, {
      name: `calls in 2 s after ${how}`,
      value: moments >= 3 ? admitted : Number.NaN,
      note: `${held.length} were granted before; ${moments} moments were moved`,
    }),
  ];
};

/** The clock of Redis jumps by an hour either way. */
export const redisClockJumps = async (rig: Rig): Promise<Figure[]> => [
  ...(await jumpBy(rig, HOUR_MS, "Redis's hour forward")),
  ...(await jumpBy(rig, -HOUR_MS, "Redis's hour back")),
];
