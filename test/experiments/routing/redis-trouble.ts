import { Redis } from 'ioredis';
import type { FaultProxy, TestRedis } from '#testing';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly, told } from '../figure.js';
import { failedOf, failuresIn, percentile, wholeMsOf } from '../load/call-record.js';
import { leadingTo, MODEL } from '../rig/upstreams.js';

interface Trouble extends Pick<Experiment, 'id' | 'title' | 'tier'> {
  begin: (place: Place) => Promise<void>;
  end: (place: Place) => Promise<void>;
}

interface Place {
  redis: TestRedis;
  /** Between the gateways and Redis. */
  proxy: FaultProxy;
}

/** What a hung, slow, dead or restarted Redis may add to a call. */
const MOST_ADDED_MS = 60;
/** No call waits longer than for a command that is given up on; the rest is what two busy cores may add. */
const MOST_WAIT_MS = 150;

/** What the upstream takes for itself. */
const UPSTREAM_MS = 20;

const GATEWAYS = 3;

/**
 * Places for calls under way, too few on each credential for a gateway to hold one in advance: each call asks Redis for its own. On
 * all credentials together there are enough, even where each gateway has to do with its third of them.
 */
const credentials = Array.from({ length: 24 }, (_, at) => ({
  name: `key-${at + 1}`,
  api_key: `upstream-secret-${at + 1}`,
  limits: { concurrency: 2 * GATEWAYS - 1 },
}));

/** Scripts that Redis has run, which is how places are asked for. */
const scriptsRunBy = async ({ url }: TestRedis): Promise<number> => {
  const redis = new Redis(url);
  try {
    return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1] ?? 0);
  } finally {
    redis.disconnect();
  }
};

/** Calls that depend on shared limits, while something is wrong with Redis; and beside them others whose Redis is well. */
export const redisTrouble = ({ begin, end, ...experiment }: Trouble): Experiment => ({
  ...experiment,
  run: async (rig) => {
    const simulators = await rig.simulators(2, { behaviour: `delay=${UPSTREAM_MS}` });
    const upstreams = simulators.map(({ url }) => ({ url, entry: { credentials } }));
    const redis = await rig.redis();
    const proxy = await rig.faultProxy(redis.url);
    const fleet = await rig.gateways(leadingTo(upstreams, {}, { redis: `redis://${proxy.address}` }));
    const control = await rig.gateways(leadingTo(upstreams, {}, { redis: (await rig.anotherRedis()).url }), 1);
    await Promise.all([fleet.warm(MODEL), control.warm(MODEL)]);

    const beginAt = rig.scale(2_000, 10_000);
    const endAt = beginAt + rig.scale(5_000, 30_000);
    const forMs = endAt + rig.scale(2_000, 10_000);
    const load = fleet.load({ perSecond: 120, forMs, question: { model: MODEL } });
    const beside = control.load({ perSecond: 40, forMs, question: { model: MODEL } });
    const scriptsBefore = await scriptsRunBy(redis);
    await load.reached(beginAt);
    const scripts = (await scriptsRunBy(redis)) - scriptsBefore;
    await begin({ redis, proxy });
    await load.reached(endAt);
    await end({ redis, proxy });
    const records = await load.done;
    await beside.done;

    // A busy machine makes both wait; what one waits longer is Redis.
    const added = (share: number, fromMs: number, toMs: number): number => {
      const [there, here] = [load, beside].map((one) => percentile(wholeMsOf(one.startedBetween(fromMs, toMs)), share));
      return Math.max(0, (there ?? Number.NaN) - (here ?? Number.NaN));
    };
    // And what it makes one wait at some moment, it may make another wait at the next.
    const noise = (share: number): number => Math.max(0, percentile(wholeMsOf(beside.records), share) - UPSTREAM_MS);
    const mostAdded = MOST_ADDED_MS + Math.ceil(noise(0.99));
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      atLeast(1, {
        name: 'questions to Redis for each call before',
        value: scripts / load.startedBetween(0, beginAt).length,
      }),
      told({ name: 'added to p99 before', value: added(0.99, 0, beginAt), unit: 'ms' }),
      atMost(mostAdded, { name: 'added to p99 during', value: added(0.99, beginAt, endAt), unit: 'ms' }),
      atMost(mostAdded, { name: 'added to p99 after', value: added(0.99, endAt, forMs), unit: 'ms' }),
      atMost(MOST_WAIT_MS + Math.ceil(noise(1)), {
        name: 'longest wait added',
        value: added(1, beginAt, forMs),
        unit: 'ms',
      }),
      told({ name: 'p99 that the machine adds by itself', value: noise(0.99), unit: 'ms' }),
    ];
  },
});
