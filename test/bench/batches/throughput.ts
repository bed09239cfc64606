import { Caller } from '../load/caller.js';
import { closedLoop } from '../load/closed-loop.js';
import type { MessagesRequest } from '../requests/messages-request.js';
import { shortQuestion } from '../requests/short.js';
import { allUs, type Cost, costOf, type Crew } from './cost.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';

const CALLERS = 32;
const FULL = { lines: 12_000, rounds: 3, syncMs: 4_000 };
const QUICK = { lines: 4_000, rounds: 1, syncMs: 1_000 };
/** Lines and calls are alike: 1 KB of question, 1 KB of answer. */
const ANSWER = 'tokens=40';

interface Speed {
  perSecond: number;
  cost: Cost;
  units: number;
}

/** Callers who each ask again as soon as they are answered. */
const callAtFullSpeed = async (crew: Crew, request: MessagesRequest, forMs: number): Promise<Speed> => {
  const caller = new Caller(crew.gateway.url);
  const load = { caller, request, expectedBytes: (await caller.whole(request)).length };
  await closedLoop(load, { callers: CALLERS, forMs: 500 });
  const seen = { calls: 0, elapsedMs: 1 };
  const cost = await costOf(crew, async () => {
    const tally = await closedLoop(load, { callers: CALLERS, forMs });
    Object.assign(seen, { calls: tally.calls, elapsedMs: tally.elapsedMs });
  });
  await caller.close();
  return { perSecond: (seen.calls * 1000) / seen.elapsedMs, cost, units: seen.calls };
};

/** A batch, from its being accepted to its end. */
export const runBatch = async ({ site }: Ground, crew: Crew, request: MessagesRequest, lines: number) => {
  const client = site.client(crew.gateway);
  const seen = { id: '', tookMs: 0 };
  const cost = await costOf(crew, async () => {
    seen.id = await client.submit({ lines, params: request.body.toString() });
    seen.tookMs = await client.untilAnswered(seen.id);
  });
  await client.drop(seen.id);
  return { perSecond: (lines * 1000) / seen.tookMs, cost, units: lines };
};

const report = (calls: readonly Speed[], batches: readonly Speed[]): Finding[] => {
  const say = findingsOf('an upstream without delay, one worker');
  const of = (speeds: readonly Speed[], read: (cost: Cost) => number): number[] =>
    speeds.map(({ cost, units }) => read(cost) / units);
  const ratios = batches.map(({ perSecond }, round) => (100 * perSecond) / (calls[round]?.perSecond ?? Number.NaN));
  const cost = findingsOf('what a line costs');
  return [
    say(
      'calls',
      'requests/s',
      calls.map(({ perSecond }) => perSecond),
      { against: `${CALLERS} callers` },
    ),
    say(
      'lines',
      'lines/s',
      batches.map(({ perSecond }) => perSecond),
      { against: '100 under way' },
    ),
    say('lines to calls', '%', ratios, { bound: { least: 50 } }),
    cost(
      'CPU of the gateway for a call',
      'µs',
      of(calls, ({ gatewayUs }) => gatewayUs),
    ),
    cost('CPU of everybody for a call', 'µs', of(calls, allUs), { against: 'without its caller' }),
    cost(
      'CPU of the worker',
      'µs',
      of(batches, ({ workerUs }) => workerUs),
    ),
    cost(
      'CPU of Redis',
      'µs',
      of(batches, ({ redisUs }) => redisUs),
    ),
    cost(
      'CPU of the upstream',
      'µs',
      of(batches, ({ upstreamUs }) => upstreamUs),
    ),
    cost(
      'CPU of the gateway',
      'µs',
      of(batches, ({ gatewayUs }) => gatewayUs),
      { against: 'taking it in' },
    ),
    cost('CPU of everybody', 'µs', of(batches, allUs)),
    cost(
      'fsync',
      'times',
      of(batches, ({ syncs }) => syncs),
    ),
    cost(
      'scripts in Redis',
      'times',
      of(batches, ({ scripts }) => scripts),
    ),
    cost(
      'commands in Redis',
      'times',
      of(batches, ({ commands }) => commands),
      { against: 'inside scripts too' },
    ),
    cost(
      'written to disk by the worker',
      'KB',
      of(batches, ({ writtenBytes }) => writtenBytes / 1024),
    ),
  ];
};

/** How fast lines are run, against calls on the same machine in the same minute. */
export const throughput: BatchScenario = {
  name: 'throughput',
  run: async (ground) => {
    const { lines, rounds, syncMs } = ground.quick ? QUICK : FULL;
    const { site, gateway } = ground;
    const request = shortQuestion(ANSWER);
    const crew = { worker: await site.startWorker(100), gateway, upstream: site.upstream, redis: site.redis };
    await runBatch(ground, crew, request, lines / 4);
    const calls: Speed[] = [];
    const batches: Speed[] = [];
    for (let round = 0; round < rounds; round++) {
      calls.push(await callAtFullSpeed(crew, request, syncMs));
      batches.push(await runBatch(ground, crew, request, lines));
    }
    await crew.worker.stop();
    return report(calls, batches);
  },
};
