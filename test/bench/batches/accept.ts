import { setTimeout as pause } from 'node:timers/promises';
import { Caller } from '../load/caller.js';
import { Samples } from '../load/samples.js';
import { bytesOf, paddedParams } from './batch-body.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';

const MB = 1024 * 1024;
const FULL = { lines: 100_000, bytes: 256 * MB, rounds: 3 };
const QUICK = { lines: 12_500, bytes: 32 * MB, rounds: 1 };
/** So long a gateway is watched that has nothing to do. */
const IDLE_MS = 2_000;
/** How often somebody else asks meanwhile. */
const ASK_EVERY_MS = 50;

/** Times of `GET /health/live`, asked at a steady pace while something runs. */
const asides = async (caller: Caller, run: () => Promise<unknown>): Promise<Samples> => {
  const samples = new Samples();
  const asked: Promise<void>[] = [];
  const timer = setInterval(() => {
    const at = performance.now();
    asked.push(caller.look('/health/live').then(() => samples.add(performance.now() - at)));
  }, ASK_EVERY_MS);
  await run();
  clearInterval(timer);
  await Promise.all(asked);
  return samples;
};

const round = async ({ site }: Ground, body: { lines: number; params: string }) => {
  // Its own, since memory that was once used is not given back.
  const gateway = await site.startGateway();
  const client = site.client(gateway);
  const caller = new Caller(gateway.url);
  // The first of everything is slower, and no gateway in service is at its first.
  const first = await client.submit({ ...body, lines: 2_000 });
  const before = await gateway.usage();
  const held = await gateway.heldMemory();
  await gateway.watchLoop();
  await pause(IDLE_MS);
  const idle = (await gateway.usage()).loopDelay;
  await gateway.watchLoop();
  const startedAt = performance.now();
  const ids: string[] = [];
  const samples = await asides(caller, async () => ids.push(await client.submit(body)));
  const seconds = (performance.now() - startedAt) / 1000;
  const { loopDelay, peakBytes, cpuUs, syncs } = await gateway.usage();
  for (const id of [first, ...ids]) await client.drop(id);
  await caller.close();
  await gateway.stop();
  return {
    seconds,
    megabytesPerSecond: bytesOf(body) / MB / seconds,
    idleP99: idle.p99Ms,
    loopP99: loopDelay.p99Ms,
    loopMost: loopDelay.mostMs,
    asideP99: samples.percentile(0.99),
    addedMegabytes: (peakBytes - held) / MB,
    cpuUsPerLine: (cpuUs - before.cpuUs) / body.lines,
    syncs: syncs - before.syncs,
  };
};

/** A batch as large as may be, while somebody else asks for something small. */
export const accept: BatchScenario = {
  name: 'accept',
  run: async (ground): Promise<Finding[]> => {
    const { lines, bytes, rounds } = ground.quick ? QUICK : FULL;
    const body = { lines, params: paddedParams('benchmark', Math.floor(bytes / lines) - 1) };
    const found: Awaited<ReturnType<typeof round>>[] = [];
    while (found.length < rounds) found.push(await round(ground, body));
    const all = (read: (one: (typeof found)[number]) => number): number[] => found.map(read);
    const say = findingsOf(`accepting ${lines.toLocaleString('en')} lines of together ${Math.round(bytes / MB)} MB`);
    return [
      say(
        'event loop delay p99',
        'ms',
        all((one) => one.loopP99),
        { bound: { most: 100 } },
      ),
      say(
        'event loop delay, the longest',
        'ms',
        all((one) => one.loopMost),
      ),
      say(
        'GET /health/live meanwhile p99',
        'ms',
        all((one) => one.asideP99),
        { against: '20 a second' },
      ),
      say(
        'additional memory at its peak',
        'MB',
        all((one) => one.addedMegabytes),
        { bound: { most: 150 } },
      ),
      say(
        'time to accept',
        's',
        all((one) => one.seconds),
      ),
      say(
        'rate',
        'MB/s',
        all((one) => one.megabytesPerSecond),
      ),
      say(
        'CPU of the gateway',
        'µs/line',
        all((one) => one.cpuUsPerLine),
      ),
      say(
        'fsync',
        'times',
        all((one) => one.syncs),
      ),
    ];
  },
};
