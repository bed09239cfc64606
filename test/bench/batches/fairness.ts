import { shortQuestion } from '../requests/short.js';
import type { BatchClient } from './batch-client.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';
import type { Team } from './site.js';
import { watch } from './steady.js';

/** As with most upstreams, it is they who take the time: 400 lines a second, so that processors have little to do with who gets them. */
const PARAMS = shortQuestion('tokens=40;delay=350').body.toString();
/** Of which each of three gets whole slots by weights of 1, 2 and 4; of 50, for example, 7.14 would be due to the first. */
const CONCURRENCY = 70;
const SMALL = 50;
const WORKERS = 2;

/** How much of each is measured. */
interface Size {
  lines: number;
  rounds: number;
}

const secondBehindFirst = async ({ site, gateway }: Ground, { lines, rounds }: Size): Promise<Finding[]> => {
  const first = site.client(gateway, 'even-1');
  const second = site.client(gateway, 'even-2');
  const small = async (): Promise<number> => {
    const id = await second.submit({ lines: SMALL, params: PARAMS });
    const tookMs = await second.untilAnswered(id);
    await second.drop(id);
    return tookMs;
  };
  const times: { alone: number; behind: number }[] = [];
  while (times.length < rounds) {
    const alone = await small();
    const id = await first.submit({ lines, params: PARAMS });
    await first.untilDone(id, 1_000);
    const behind = await small();
    if ((await first.progress(id)).ended) throw new Error('the first batch was over too soon');
    await first.drop(id);
    times.push({ alone, behind });
  }
  const say = findingsOf(`${SMALL} lines of one after ${lines.toLocaleString('en')} of another, two workers`);
  return [
    say(
      'time alone',
      'ms',
      times.map(({ alone }) => alone),
    ),
    say(
      'time behind',
      'ms',
      times.map(({ behind }) => behind),
    ),
    say(
      'times as long',
      '×',
      times.map(({ alone, behind }) => behind / alone),
      { bound: { most: 2 } },
    ),
  ];
};

/** Lines done of each team's batch while all of them had some waiting, and some that no worker had taken. */
const shares = async ({ site, gateway }: Ground, teams: readonly Team[], lines: number): Promise<number[]> => {
  const batches: { client: BatchClient; id: string }[] = [];
  for (const team of teams) {
    const client = site.client(gateway, team);
    batches.push({ client, id: await client.submit({ lines, params: PARAMS }) });
  }
  const seen = await watch(batches, 100, ({ done }) => done.some((one) => one > lines * 0.4));
  const first = seen.find(({ done }) => done.every((one) => one > 0) && Math.max(...done) > lines / 10);
  const last = seen.at(-1);
  if (!first || !last) throw new Error('the batches were over before they were looked at');
  await Promise.all(batches.map(({ client, id }) => client.drop(id)));
  return last.done.map((done, team) => done - (first.done[team] ?? 0));
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** 1 when all have the same, 1/n when one has everything. R. Jain, D. Chiu, W. Hawe: DEC-TR-301, 1984. */
const jainIndex = (values: readonly number[]): number =>
  sum(values) ** 2 / (values.length * sum(values.map((value) => value ** 2)));

/** By how much the one that is farthest from its due is so, in percent. */
const shareError = (values: readonly number[], weights: readonly number[]): number =>
  Math.max(
    ...values.map((value, at) => {
      const due = (weights[at] ?? 0) / sum(weights);
      return (100 * Math.abs(value / sum(values) - due)) / due;
    }),
  );

const betweenThree = async (ground: Ground, { lines, rounds }: Size): Promise<Finding[]> => {
  const found: { even: number[]; weighted: number[] }[] = [];
  while (found.length < rounds)
    found.push({
      even: await shares(ground, ['even-1', 'even-2', 'even-3'], lines),
      weighted: await shares(ground, ['weight-1', 'weight-2', 'weight-4'], lines),
    });
  const say = findingsOf('lines done of three workspaces that all have some waiting, two workers');
  const weighted = found.map(({ weighted: done }) => done);
  return [
    say(
      'index of fairness, equal weights',
      '',
      found.map(({ even }) => jainIndex(even)),
      { against: '1 is even' },
    ),
    say(
      'farthest from its share, equal weights',
      '%',
      found.map(({ even }) => shareError(even, [1, 1, 1])),
      {
        bound: { most: 10 },
      },
    ),
    say(
      'farthest from its share, weights 1, 2, 4',
      '%',
      weighted.map((done) => shareError(done, [1, 2, 4])),
      {
        bound: { most: 10 },
        against: `done: ${weighted.at(-1)?.join(', ')}`,
      },
    ),
  ];
};

/** Whether one who has much makes another wait who has little, and whether weights are kept to. Leaves nothing running. */
export const measureFairness = async (ground: Ground, sizes: { behind: Size; between: Size }): Promise<Finding[]> => {
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => ground.site.startWorker(CONCURRENCY)));
  const findings = [...(await secondBehindFirst(ground, sizes.behind)), ...(await betweenThree(ground, sizes.between))];
  await Promise.all(workers.map((worker) => worker.stop()));
  return findings;
};

export const fairness: BatchScenario = {
  name: 'fairness',
  run: (ground) =>
    measureFairness(
      ground,
      ground.quick
        ? { behind: { lines: 10_000, rounds: 1 }, between: { lines: 1_500, rounds: 1 } }
        : { behind: { lines: 100_000, rounds: 3 }, between: { lines: 12_000, rounds: 2 } },
    ),
};
