import { setTimeout as pause } from 'node:timers/promises';
import { paddedParams } from './batch-body.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';

const MB = 1024 * 1024;
const BATCHES = 10;
const FULL = { lines: 100_000, runForMs: 60_000 };
const QUICK = { lines: 10_000, runForMs: 4_000 };
const LOOK_EVERY_MS = 500;

interface Look {
  done: number;
  redisBytes: number;
  workerBytes: number;
}

/** By how much one grows for each of the other, of the line through them that fits best. */
const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
};

const runFor = async ({ site, gateway }: Ground, ids: readonly string[], forMs: number) => {
  const client = site.client(gateway);
  const worker = await site.startWorker(100);
  const looks: Look[] = [];
  for (const until = performance.now() + forMs; performance.now() < until; await pause(LOOK_EVERY_MS)) {
    const [redis, { residentBytes }, ...all] = await Promise.all([
      site.redis.counters(),
      worker.usage(),
      ...ids.map((id) => client.progress(id)),
    ]);
    const done = all.reduce((sum, progress) => sum + progress.done, 0);
    looks.push({ done, redisBytes: redis.memoryBytes, workerBytes: residentBytes });
  }
  const { peakBytes } = await worker.usage();
  for (const id of ids) await client.drop(id);
  await worker.stop();
  return { looks, peakBytes };
};

/** What batches that wait, run and have ended take of memory. */
export const memory: BatchScenario = {
  name: 'memory',
  run: async (ground): Promise<Finding[]> => {
    const { lines, runForMs } = ground.quick ? QUICK : FULL;
    const { site, gateway } = ground;
    const client = site.client(gateway);
    const redisBytes = async (): Promise<number> => (await site.redis.counters()).memoryBytes;
    const body = { lines, params: paddedParams('benchmark@tokens=8', 100) };
    await client.drop(await client.submit({ ...body, lines: 100 }));
    const before = await redisBytes();
    const ids: string[] = [];
    while (ids.length < BATCHES) ids.push(await client.submit(body));
    const queued = await redisBytes();
    const { looks, peakBytes } = await runFor(ground, ids, runForMs);
    const ended = await redisBytes();
    // While it warms up, everything grows.
    const warm = looks.slice(Math.floor(looks.length / 3));
    const most = Math.max(...looks.map((look) => look.redisBytes));
    const per100k = (read: (look: Look) => number): number =>
      (slopeOf(warm.map((look) => [look.done, read(look)])) * 100_000) / MB;
    const say = findingsOf(`${BATCHES} batches of ${lines.toLocaleString('en')} lines each`);
    return [
      say('Redis: growth when all are queued', 'MB', (queued - before) / MB, { bound: { most: 20 } }),
      say('Redis: most growth while they run', 'MB', (most - before) / MB, { bound: { most: 20 } }),
      say('Redis: growth when all have ended and were deleted', 'MB', (ended - before) / MB),
      say(
        'Redis: slope while they run',
        'MB/100,000 lines',
        per100k((look) => look.redisBytes),
      ),
      say('worker: memory at its peak', 'MB', peakBytes / MB, { bound: { most: 400 } }),
      say(
        'worker: slope while they run',
        'MB/100,000 lines',
        per100k((look) => look.workerBytes),
      ),
      say('lines run meanwhile', 'lines', looks.at(-1)?.done ?? 0),
    ];
  },
};
