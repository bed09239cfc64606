import { shortQuestion } from '../requests/short.js';
import { allUs, costOf, type Crew } from './cost.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';
import { watch } from './steady.js';

const DELAY_MS = 200;
/** What is between these parts of a batch is its steady middle: it takes a second to find out how much the upstream takes. */
const [FROM, TO] = [0.3, 0.9];

const measure = async ({ site }: Ground, crew: Crew, concurrency: number, seconds: number) => {
  const ideal = (concurrency * 1000) / DELAY_MS;
  const lines = Math.round(ideal * seconds);
  const client = site.client(crew.gateway);
  const params = shortQuestion(`tokens=40;delay=${DELAY_MS}`).body.toString();
  const found = { steady: 0, whole: 0, workerShare: 0 };
  const cost = await costOf(crew, async () => {
    const id = await client.submit({ lines, params });
    const seen = await watch([{ client, id }], 100, ({ done: [done = 0] }) => done >= lines);
    const first = seen.find(({ done: [done = 0] }) => done >= lines * FROM);
    const last = seen.findLast(({ done: [done = 0] }) => done <= lines * TO);
    if (!first || !last) throw new Error('the batch was over before it was looked at');
    found.steady = (((last.done[0] ?? 0) - (first.done[0] ?? 0)) * 1000) / (last.atMs - first.atMs);
    found.whole = (lines * 1000) / (await client.untilAnswered(id));
    await client.drop(id);
  });
  return { ...found, ideal, workerUs: cost.workerUs / lines, allUs: allUs(cost) / lines };
};

const report = (concurrency: number, rounds: readonly Awaited<ReturnType<typeof measure>>[]): Finding[] => {
  const say = findingsOf(`an upstream that takes ${DELAY_MS} ms, ${concurrency} lines under way`);
  const all = (read: (round: (typeof rounds)[number]) => number): number[] => rounds.map(read);
  const ideal = rounds[0]?.ideal ?? 0;
  return [
    say(
      'lines in the steady middle',
      'lines/s',
      all(({ steady }) => steady),
      { against: `${ideal} would be ideal` },
    ),
    say(
      'of the ideal',
      '%',
      all(({ steady }) => (100 * steady) / ideal),
      { bound: { least: 90 } },
    ),
    say(
      'of the ideal, from its being accepted to its end',
      '%',
      all(({ whole }) => (100 * whole) / ideal),
    ),
    say(
      'CPU of the worker',
      'µs/line',
      all(({ workerUs }) => workerUs),
    ),
    say(
      'CPU of everybody',
      'µs/line',
      all((one) => one.allUs),
    ),
    say(
      'cores that the ideal would need',
      'cores',
      all((one) => (one.allUs * ideal) / 1e6),
    ),
  ];
};

/** How near a worker comes to what its upstream would allow, when it is the upstream that takes the time. */
export const slowUpstream: BatchScenario = {
  name: 'slow-upstream',
  run: async (ground) => {
    const findings: Finding[] = [];
    for (const concurrency of ground.quick ? [500] : [200, 500]) {
      const { site, gateway } = ground;
      const worker = await site.startWorker(concurrency);
      const crew = { worker, gateway, upstream: site.upstream, redis: site.redis };
      // Until it is compiled, its compiler is most of what it costs.
      await measure(ground, crew, concurrency, 3);
      const rounds: Awaited<ReturnType<typeof measure>>[] = [];
      for (let round = 0; round < (ground.quick ? 1 : 3); round++)
        rounds.push(await measure(ground, crew, concurrency, ground.quick ? 4 : 10));
      await worker.stop();
      findings.push(...report(concurrency, rounds));
    }
    return findings;
  },
};
