import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
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
  | { ask: 'start-profile' }
  /** Writes the profile to that file. */
  | { ask: 'stop-profile'; file: string };

/** What a process has used since it began, and holds now. */
export interface Usage {
  /** User and system time of all its threads, in microseconds. */
  cpuUs: number;
  /** Resident memory in bytes. */
  residentBytes: number;
}

/** How often a profile looks where the process is, in microseconds. */
const SAMPLING_US = 200;

const session = new Session();

const usage = (): Usage => {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss() };
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
  else if (question.ask === 'start-profile') await startProfile();
  else if (question.ask === 'stop-profile') await stopProfile(question.file);
  return usage();
};

process.on('message', (question: ProbeQuestion) => {
  void answer(question).then((found) => process.send?.(found));
});
// A measured process never outlives the benchmark.
process.on('disconnect', () => process.exit());
process.channel?.unref();
