import type { Contender } from './contender.js';
import type { Tally } from './load/load.js';

/** What a load came to, and what it cost the process that bore it. */
export interface Measured {
  tally: Tally;
  /** All of the process's, from before the first request to after the last answer. */
  cpuUs: number;
}

/** Runs a load and reads the process's CPU time around it. */
export const measure = async (contender: Contender, run: () => Promise<Tally>): Promise<Measured> => {
  const before = await contender.process.usage();
  const tally = await run();
  const after = await contender.process.usage();
  return { tally, cpuUs: after.cpuUs - before.cpuUs };
};

export const cpuUsPerCall = ({ tally, cpuUs }: Measured): number => cpuUs / tally.calls;

export const callsPerSecond = ({ tally }: Measured): number => (tally.calls * 1000) / tally.elapsedMs;

/** Of one core, in percent. */
export const busyPercent = ({ tally, cpuUs }: Measured): number => cpuUs / 10 / tally.elapsedMs;
