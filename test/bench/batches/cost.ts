import type { MeasuredProcess } from '../processes/measured-process.js';
import type { Usage } from '../processes/probe.js';
import type { RedisCounters, RedisWatch } from './redis-counters.js';

/** Everybody who has a part in running a batch. */
export interface Crew {
  worker: MeasuredProcess;
  gateway: MeasuredProcess;
  upstream: MeasuredProcess;
  redis: RedisWatch;
}

/** What a piece of work took of everybody. */
export interface Cost {
  elapsedMs: number;
  workerUs: number;
  gatewayUs: number;
  upstreamUs: number;
  redisUs: number;
  /** By the worker. */
  syncs: number;
  writtenBytes: number;
  /** By Redis, for everybody. */
  sent: number;
  commands: number;
  scripts: number;
}

type Seen = [worker: Usage, gateway: Usage, upstream: Usage, redis: RedisCounters];

const look = ({ worker, gateway, upstream, redis }: Crew): Promise<Seen> =>
  Promise.all([worker.usage(), gateway.usage(), upstream.usage(), redis.counters()]);

/** Runs something and reads everybody's counters around it. */
export const costOf = async (crew: Crew, run: () => Promise<void>): Promise<Cost> => {
  const [worker, gateway, upstream, redis] = await look(crew);
  const startedAt = performance.now();
  await run();
  const elapsedMs = performance.now() - startedAt;
  const [workerThen, gatewayThen, upstreamThen, redisThen] = await look(crew);
  return {
    elapsedMs,
    workerUs: workerThen.cpuUs - worker.cpuUs,
    gatewayUs: gatewayThen.cpuUs - gateway.cpuUs,
    upstreamUs: upstreamThen.cpuUs - upstream.cpuUs,
    redisUs: redisThen.cpuUs - redis.cpuUs,
    syncs: workerThen.syncs - worker.syncs,
    writtenBytes: workerThen.writtenBytes - worker.writtenBytes,
    sent: redisThen.sent - redis.sent,
    commands: redisThen.commands - redis.commands,
    scripts: redisThen.scripts - redis.scripts,
  };
};

/** The CPU time of everybody. */
export const allUs = ({ workerUs, gatewayUs, upstreamUs, redisUs }: Cost): number =>
  workerUs + gatewayUs + upstreamUs + redisUs;
