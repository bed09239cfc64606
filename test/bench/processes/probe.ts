import { readFileSync } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded with `--import` into every process that is measured, ahead of its own code: answers questions over the
 * channel to the benchmark. A process reads its own counters more exactly than anybody can from outside, and on any
 * platform; while nobody asks, it costs nothing.
 */

export type ProbeQuestion =
  | { ask: 'usage' }
  /** Collects garbage first, so that only what is held is counted. */
  | { ask: 'held-memory' }
  /** From now on, watches how late the event loop is. */
  | { ask: 'watch-loop' }
  | { ask: 'start-profile' }
  /** Writes the profile to that file. */
  | { ask: 'stop-profile'; file: string };

/** What a process has used since it began, and holds now. */
export interface Usage {
  /** User and system time of all its threads, in microseconds. */
  cpuUs: number;
  /** Resident memory in bytes. */
  residentBytes: number;
  /** The most that it ever was. */
  peakBytes: number;
  /** How often it made the disk keep what it had written: `fsync` and `fdatasync` through file handles. */
  syncs: number;
  /** What the system has written, or will, to disks for it. */
  writtenBytes: number;
  /** Since it was asked to watch: of all turns of the event loop, in milliseconds. */
  loopDelay: { p99Ms: number; mostMs: number };
}

/** How often a profile looks where the process is, in microseconds. */
const SAMPLING_US = 200;

/** How often the event loop is looked at, in milliseconds; an idle one shows as so late. */
const LOOP_EVERY_MS = 2;

/** Of the system's own count. https://man7.org/linux/man-pages/man2/getrusage.2.html */
const BLOCK_BYTES = 512;

const session = new Session();
const loop = monitorEventLoopDelay({ resolution: LOOP_EVERY_MS });
const synced = { times: 0 };

/** Counts what goes through file handles, which is how all of Switchyard's storage does it. */
const countSyncs = async (): Promise<void> => {
  const handle = await open(process.execPath);
  const every = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const name of ['sync', 'datasync'] as const) {
    const original = every[name];
    every[name] = function counted(this: FileHandle) {
      synced.times++;
      return original.call(this);
    };
  }
};

/**
 * Linux lets the peak of `getrusage` begin with that of whoever started the process, which may be large; this one it counts anew.
 * https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
const ownPeakKb = (): number | undefined => {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
};

const usage = (): Usage => {
  const { user, system } = process.cpuUsage();
  const { maxRSS, fsWrite } = process.resourceUsage();
  return {
    cpuUs: user + system,
    residentBytes: process.memoryUsage.rss(),
    peakBytes: (ownPeakKb() ?? maxRSS) * 1024,
    syncs: synced.times,
    writtenBytes: fsWrite * BLOCK_BYTES,
    loopDelay: { p99Ms: loop.percentile(99) / 1e6, mostMs: loop.max / 1e6 },
  };
};

const watchLoop = (): void => {
  loop.enable();
  loop.reset();
};

const collectGarbage = async (): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  // What one finds dead may have finalizers, whose leavings the next one finds.
  for (let round = 0; round < 3; round++) {
    // The flavor that also gives empty pages back.
    collect({ type: 'major', flavor: 'last-resort' });
    await new Promise(setImmediate);
  }
};

const startProfile = async (): Promise<void> => {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
  await session.post('Profiler.start');
};

const stopProfile = async (file: string): Promise<void> => {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  await writeFile(file, JSON.stringify(profile));
};

const answer = async (question: ProbeQuestion): Promise<Usage> => {
  if (question.ask === 'held-memory') await collectGarbage();
  else if (question.ask === 'watch-loop') watchLoop();
  else if (question.ask === 'start-profile') await startProfile();
  else if (question.ask === 'stop-profile') await stopProfile(question.file);
  return usage();
};

await countSyncs();
process.on('message', (question: ProbeQuestion) => {
  void answer(question).then((found) => process.send?.(found));
});
// A measured process never outlives the benchmark.
process.on('disconnect', () => process.exit());
process.channel?.unref();
