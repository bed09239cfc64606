import { getPriority, setPriority } from 'node:os';
import { Caller } from '../load/caller.js';
import type { Tally } from '../load/load.js';
import { paced } from '../load/paced.js';
import type { MeasuredProcess } from '../processes/measured-process.js';
import type { MessagesRequest } from '../requests/messages-request.js';
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
  call: MessagesRequest;
  line: MessagesRequest;
  /** Also with another priority of the worker's. */
  compared: boolean;
}

const kind = (what: string, call: string, line: string, compared = false): Kind => ({
  what,
  call: shortQuestion(call),
  line: shortQuestion(line),
  compared,
});

const KINDS: readonly Kind[] = [
  kind('an upstream that takes 200 ms', SLOW, SLOW),
  kind('200 ms for calls, nothing for lines, which go at full speed', SLOW, AT_ONCE, true),
  kind('an upstream without delay, and lines at full speed', AT_ONCE, AT_ONCE),
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

const pair = async ({ site, gateway }: Ground, { call, line }: Kind, forMs: number): Promise<Pair> => {
  const client = site.client(gateway);
  const alone = await callFor(gateway, call, forMs);
  const id = await client.submit({ lines: LINES, params: line.body.toString() });
  const before = await client.untilDone(id, 1_000);
  const startedAt = performance.now();
  const beside = await callFor(gateway, call, forMs);
  const after = await client.progress(id);
  const linesPerSecond = ((after.done - before.done) * 1000) / (performance.now() - startedAt);
  if (after.ended) throw new Error('the batch was over too soon');
  await client.drop(id);
  return { alone, beside, linesPerSecond };
};

const report = ({ what }: Kind, pairs: readonly Pair[], how: string): Finding[] => {
  const say = findingsOf(`${CALLS_PER_SECOND} calls a second beside a batch: ${what}${how}`);
  const of = (read: (pair: Pair) => number): number[] => pairs.map(read);
  const p = (tally: Tally, share: number): number => tally.wholeMs.percentile(share);
  const rise = (share: number): number[] => of(({ alone, beside }) => 100 * (p(beside, share) / p(alone, share) - 1));
  const bound = how === '' ? { most: 25 } : undefined;
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
    const measure = async (kind: Kind, how: string): Promise<void> => {
      const pairs: Pair[] = [];
      while (pairs.length < rounds) pairs.push(await pair(ground, kind, forMs));
      findings.push(...report(kind, pairs, how));
    };
    for (const kind of KINDS) {
      await measure(kind, '');
      if (ground.quick || !kind.compared || !withPriority(worker, 0)) continue;
      await measure(kind, '; worker with the priority of others');
      withPriority(worker, own);
    }
    await worker.stop();
    return findings;
  },
};
