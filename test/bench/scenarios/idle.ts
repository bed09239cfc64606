import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import { type Figure, figure, type Target } from '../figure.js';
import { closedLoop } from '../load/closed-loop.js';
import { openStreams } from '../load/idle-streams.js';
import type { ProxyName, Stage } from '../processes/stage.js';
import { conversation } from '../requests/conversation.js';
import type { MessagesRequest } from '../requests/messages-request.js';
import { shortQuestion } from '../requests/short.js';
import { inTurns } from '../rounds.js';
import type { Scenario } from './scenario.js';

/** The fourth event is the first content. */
const SILENT_AFTER_CONTENT = 'stall=4e';
const WARM = { callers: 20, forMs: 500 };
const WATCH_MS = 500;

/** Streams that are all alike. */
interface Kind {
  scenario: string;
  streams: number;
  /** Of every so many rounds of other scenarios, one of this. */
  oneOf: number;
  request: MessagesRequest;
  target?: Target;
}

const KINDS = (): readonly Kind[] => [
  {
    scenario: '1,000 idle streams',
    streams: 1000,
    oneOf: 2,
    request: shortQuestion(SILENT_AFTER_CONTENT, { stream: true }),
    target: { of: 'switchyard', most: 48 },
  },
  {
    scenario: '100 idle streams that 1 MB asked for',
    streams: 100,
    oneOf: 4,
    request: conversation(SILENT_AFTER_CONTENT, { stream: true }),
  },
];

interface Idle {
  bytesPerStream: number;
  busyPercent: number;
}

/** In a process of its own, since memory that streams have once used is not given back. */
const measureIdle = async (stage: Stage, name: ProxyName, { request, streams: count }: Kind): Promise<Idle> => {
  const contender = new Contender(name, await stage.startProxy(name));
  const { caller, process } = contender;
  try {
    const warming = shortQuestion('tokens=20', { stream: true });
    const expectedBytes = (await caller.whole(warming)).length;
    await closedLoop({ caller, request: warming, expectedBytes }, WARM);
    const before = await process.heldMemory();
    const streams = await openStreams(caller, request, count);
    const after = await process.heldMemory();
    const { cpuUs } = await process.usage();
    await pause(WATCH_MS);
    const usedUs = (await process.usage()).cpuUs - cpuUs;
    for (const stream of streams) stream.abort();
    return { bytesPerStream: (after - before) / count, busyPercent: usedUs / 10 / WATCH_MS };
  } finally {
    await caller.close();
    await process.stop();
  }
};

const measureKind = async ({ stage, contenders, timing }: Bench, kind: Kind): Promise<Figure[]> => {
  const proxies = contenders.filter((contender) => contender.name !== 'direct');
  const rounds = await inTurns(proxies, Math.ceil(timing.rounds / kind.oneOf), (contender) =>
    measureIdle(stage, contender.name as ProxyName, kind),
  );
  return [
    figure(kind.scenario, rounds, {
      what: 'memory per stream',
      unit: 'KB',
      read: ({ bytesPerStream }) => bytesPerStream / 1024,
      target: kind.target,
    }),
    figure(kind.scenario, rounds, { what: 'busy', unit: '% of a core', read: ({ busyPercent }) => busyPercent }),
  ];
};

/** Streams that are open and silent, as when a model thinks. */
export const idle: Scenario = {
  name: 'idle',
  run: async (bench) => {
    const figures: Figure[] = [];
    for (const kind of KINDS()) figures.push(...(await measureKind(bench, kind)));
    return figures;
  },
};
