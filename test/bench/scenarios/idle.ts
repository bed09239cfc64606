import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { Contender } from '../contender.js';
import { type Figure, figure } from '../figure.js';
import { closedLoop } from '../load/closed-loop.js';
import { openStreams } from '../load/idle-streams.js';
import type { ProxyName, Stage } from '../processes/stage.js';
import { shortQuestion } from '../requests/short.js';
import { inTurns } from '../rounds.js';
import type { Scenario } from './scenario.js';

const STREAMS = 1000;
/** The first four events end with the first content. */
const SILENT_AFTER_CONTENT = shortQuestion('stall=4e', { stream: true });
const WARM = { callers: 20, forMs: 1000 };
const WATCH_MS = 1000;

interface Idle {
  bytesPerStream: number;
  busyPercent: number;
}

/** In a process of its own, since memory that streams have once used is not given back. */
const measureIdle = async (stage: Stage, name: ProxyName): Promise<Idle> => {
  const contender = new Contender(name, await stage.startProxy(name));
  const { caller, process } = contender;
  try {
    const warming = shortQuestion('tokens=20', { stream: true });
    const expectedBytes = (await caller.whole(warming)).length;
    await closedLoop({ caller, request: warming, expectedBytes }, WARM);
    const before = await process.heldMemory();
    const streams = await openStreams(caller, SILENT_AFTER_CONTENT, STREAMS);
    const after = await process.heldMemory();
    const { cpuUs } = await process.usage();
    await pause(WATCH_MS);
    const usedUs = (await process.usage()).cpuUs - cpuUs;
    for (const stream of streams) stream.abort();
    return { bytesPerStream: (after - before) / STREAMS, busyPercent: usedUs / 10 / WATCH_MS };
  } finally {
    await caller.close();
    await process.stop();
  }
};

const run = async ({ stage, contenders, timing }: Bench): Promise<Figure[]> => {
  const name = '1,000 idle streams';
  const proxies = contenders.filter((contender) => contender.name !== 'direct');
  const rounds = await inTurns(proxies, Math.ceil(timing.rounds / 2), (contender) =>
    measureIdle(stage, contender.name as ProxyName),
  );
  return [
    figure(name, rounds, {
      what: 'memory per stream',
      unit: 'KB',
      read: ({ bytesPerStream }) => bytesPerStream / 1024,
      target: { of: 'switchyard', most: 48 },
    }),
    figure(name, rounds, { what: 'busy', unit: '% of a core', read: ({ busyPercent }) => busyPercent }),
  ];
};

/** Streams that are open and silent, as when a model thinks. */
export const idle: Scenario = { name: 'idle', run };
