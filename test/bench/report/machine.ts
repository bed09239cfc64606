import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What was measured on. Numbers of two machines do not compare; ratios nearly do. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  platform: string;
  node: string;
  /** How many processes wanted a core in the minute before; above 0.5, somebody else was at work too. */
  loadBefore: number;
}

export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
});
