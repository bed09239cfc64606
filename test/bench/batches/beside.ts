import { Caller } from '../load/caller.js';
import type { Tally } from '../load/load.js';
import { paced } from '../load/paced.js';
import type { MeasuredProcess } from '../processes/measured-process.js';
import { shortQuestion } from '../requests/short.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';

const FULL = { rounds: 3, forMs: 3_000 };
const QUICK = { rounds: 1, forMs: 1_000 };
/** A fraction of what the gateway could serve, as most have. */
const CALLS_PER_SECOND = 100;
/** Enough for as long as it is looked at. */
const LINES = 40_000;

const SLOW = 'tokens=40;delay=200';
const AT_ONCE = 'tokens=40';

interface Kind {
  what: string;
  /** Directives for the simulator. */
  call: string;
  line: string;
  /** Also beside as many bare requests: where nothing takes any time, the machine's share of it is to be known. */
  yardstick?: boolean;
}

const KINDS: readonly Kind[] = [
  { what: 'an upstream that takes 200 ms', call: SLOW, line: SLOW },
  { what: '200 ms for calls, nothing for lines, which go at full speed', call: SLOW, line: AT_ONCE },
  { what: 'an upstream without delay, and lines at full speed', call: AT_ONCE, line: AT_ONCE, yardstick: true },
];

/** Of one round. */
interface Compared {
  alone: Tally;
  beside: Tally;
  linesPerSecond: number;
  /** Beside a crowd that sends as many. */
  crowded?: Tally;
}

const callFor = async (gateway: MeasuredProcess, directives: string, forMs: number): Promise<Tally> => {
  const caller = new Caller(gateway.url);
  const request = shortQuestion(directives);
  const load = { caller, request, expectedBytes: (await caller.whole(request)).length };
  const tally = await paced(load, { perSecond: CALLS_PER_SECOND, forMs });
  await caller.close();
  return tally;
};

const compare = async (
  { site, gateway }: Ground,
  { call, line, yardstick }: Kind,
  forMs: number,
): Promise<Compared> => {
  const client = site.client(gateway);
  const alone = await callFor(gateway, call, forMs);
  const id = await client.submit({ lines: LINES, params: shortQuestion(line).body.toString() });
  const before = await client.untilDone(id, 1_000);
  const startedAt = performance.now();
  const beside = await callFor(gateway, call, forMs);
  const after = await client.progress(id);
  const linesPerSecond = ((after.done - before.done) * 1000) / (performance.now() - startedAt);
  if (after.ended) throw new Error('the batch was over too soon');
  await client.drop(id);
  if (!yardstick) return { alone, beside, linesPerSecond };
  const crowd = await site.startCrowd(line, linesPerSecond);
  const crowded = await callFor(gateway, call, forMs);
  await crowd.stop();
  return { alone, beside, linesPerSecond, crowded };
};

const p99 = ({ wholeMs }: Tally): number => wholeMs.percentile(0.99);
const rise = (from: Tally, to: Tally): number => 100 * (p99(to) / p99(from) - 1);

const report = ({ what }: Kind, rounds: readonly Compared[]): Finding[] => {
  const say = findingsOf(`${CALLS_PER_SECOND} calls a second beside a batch: ${what}`);
  const each = (read: (round: Compared) => number): number[] => rounds.map(read);
  const crowded = rounds.flatMap((round) => (round.crowded ? [{ alone: round.alone, crowded: round.crowded }] : []));
  const ofCrowded = crowded.map((round) => rise(round.alone, round.crowded));
  const median = (tally: Tally): number => tally.wholeMs.percentile(0.5);
  return [
    say(
      'p50 alone',
      'ms',
      each(({ alone }) => median(alone)),
    ),
    say(
      'p50 beside a batch',
      'ms',
      each(({ beside }) => median(beside)),
    ),
    say(
      'p99 alone',
      'ms',
      each(({ alone }) => p99(alone)),
    ),
    say(
      'p99 beside a batch',
      'ms',
      each(({ beside }) => p99(beside)),
    ),
    say(
      'p99 rises by',
      '%',
      each(({ alone, beside }) => rise(alone, beside)),
      { bound: { most: 25 } },
    ),
    say(
      'lines meanwhile',
      'lines/s',
      each((round) => round.linesPerSecond),
    ),
    ...(crowded.length > 0 ? [say('p99 rises by, beside as many bare requests', '%', ofCrowded)] : []),
  ];
};

/** What callers who wait notice of a batch that runs on the same machine, through the same upstream. */
export const beside: BatchScenario = {
  name: 'beside',
  run: async (ground) => {
    const { rounds, forMs } = ground.quick ? QUICK : FULL;
    const worker = await ground.site.startWorker(100);
    const findings: Finding[] = [];
    for (const kind of KINDS) {
      const found: Compared[] = [];
      while (found.length < rounds) found.push(await compare(ground, kind, forMs));
      findings.push(...report(kind, found));
    }
    await worker.stop();
    return findings;
  },
};
