import { getPriority, setPriority } from 'node:os';
import { Caller } from '../load/caller.js';
import type { Tally } from '../load/load.js';
import { paced } from '../load/paced.js';
import type { MeasuredProcess } from '../processes/measured-process.js';
import type { MessagesRequest } from '../requests/messages-request.js';
import { shortQuestion } from '../requests/short.js';
import { type Finding, findingsOf } from './finding.js';
import type { BatchScenario, Ground } from './scenario.js';

const FULL = { rounds: 5, forMs: 4_000 };
const QUICK = { rounds: 2, forMs: 1_500 };
/** A fraction of what the gateway could serve, as most have. */
const CALLS_PER_SECOND = 100;
/** Enough for as long as it is looked at. */
const LINES = 40_000;

interface Kind {
  upstream: string;
  request: MessagesRequest;
  /** Whether what is promised is promised of this one. */
  isPromised: boolean;
}

const KINDS: readonly Kind[] = [
  { upstream: 'an upstream that takes 200 ms', request: shortQuestion('tokens=40;delay=200'), isPromised: true },
  { upstream: 'an upstream without delay', request: shortQuestion('tokens=40'), isPromised: false },
];

interface Pair {
  alone: Tally;
  beside: Tally;
  linesPerSecond: number;
}

const callFor = async (gateway: MeasuredProcess, request: MessagesRequest, forMs: number): Promise<Tally> => {
  const caller = new Caller(gateway.url);
  const load = { caller, request, expectedBytes: (await caller.whole(request)).length };
  const tally = await paced(load, { perSecond: CALLS_PER_SECOND, forMs });
  await caller.close();
  return tally;
};

const pair = async ({ site, gateway }: Ground, { request }: Kind, forMs: number): Promise<Pair> => {
  const client = site.client(gateway);
  const alone = await callFor(gateway, request, forMs);
  const id = await client.submit({ lines: LINES, params: shortQuestion('tokens=40').body.toString() });
  const before = await client.untilDone(id, 1_000);
  const startedAt = performance.now();
  const beside = await callFor(gateway, request, forMs);
  const after = await client.progress(id);
  const linesPerSecond = ((after.done - before.done) * 1000) / (performance.now() - startedAt);
  if (after.ended) throw new Error('the batch was over too soon');
  await client.drop(id);
  return { alone, beside, linesPerSecond };
};

const report = ({ upstream, isPromised }: Kind, how: string, pairs: readonly Pair[], isOurs: boolean): Finding[] => {
  const say = findingsOf(`${CALLS_PER_SECOND} calls a second beside a batch at full speed, ${upstream}, ${how}`);
  const of = (read: (pair: Pair) => number): number[] => pairs.map(read);
  const p = (tally: Tally, share: number): number => tally.wholeMs.percentile(share);
  const rise = (share: number): number[] => of(({ alone, beside }) => 100 * (p(beside, share) / p(alone, share) - 1));
  const bound = isPromised && isOurs ? { most: 25 } : undefined;
  return [
    say(
      'p50 alone',
      'ms',
      of(({ alone }) => p(alone, 0.5)),
    ),
    say(
      'p50 beside a batch',
      'ms',
      of(({ beside }) => p(beside, 0.5)),
    ),
    say(
      'p99 alone',
      'ms',
      of(({ alone }) => p(alone, 0.99)),
    ),
    say(
      'p99 beside a batch',
      'ms',
      of(({ beside }) => p(beside, 0.99)),
    ),
    say('p99 rises by', '%', rise(0.99), { bound }),
    say(
      'lines meanwhile',
      'lines/s',
      of(({ linesPerSecond }) => linesPerSecond),
    ),
  ];
};

/** Undefined where the system does not let us: to raise a priority takes a privilege. */
const withPriority = (worker: MeasuredProcess, priority: number): boolean => {
  try {
    setPriority(worker.pid, priority);
    return getPriority(worker.pid) === priority;
  } catch {
    return false;
  }
};

/** What callers who wait notice of a batch that runs on the same machine, through the same upstream. */
export const beside: BatchScenario = {
  name: 'beside',
  run: async (ground) => {
    const { rounds, forMs } = ground.quick ? QUICK : FULL;
    const worker = await ground.site.startWorker(100);
    const own = getPriority(worker.pid);
    const findings: Finding[] = [];
    for (const kind of KINDS)
      for (const [how, priority] of [
        ['as workers run', own],
        [own === 0 ? 'worker at nice 10' : 'worker at nice 0', own === 0 ? 10 : 0],
      ] as const) {
        if (!withPriority(worker, priority)) continue;
        const pairs: Pair[] = [];
        while (pairs.length < rounds) pairs.push(await pair(ground, kind, forMs));
        findings.push(...report(kind, how, pairs, priority === own));
      }
    await worker.stop();
    return findings;
  },
};
