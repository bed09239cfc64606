import type { Options } from '../options.js';
import { thisMachine } from '../report/machine.js';
import { writeResult } from '../report/result.js';
import { accept } from './accept.js';
import { beside } from './beside.js';
import { fairness } from './fairness.js';
import type { Finding } from './finding.js';
import { findingsTable } from './findings-table.js';
import { memory } from './memory.js';
import { tellWhereWorkerTimeGoes } from './profile-worker.js';
import type { BatchScenario, Ground } from './scenario.js';
import { Site } from './site.js';
import { slowUpstream } from './slow-upstream.js';
import { throughput } from './throughput.js';

const SCENARIOS: readonly BatchScenario[] = [accept, memory, throughput, slowUpstream, beside, fairness];

/** Undefined means all. Throws for a name that none has. */
export const chosenBatches = (only: readonly string[] | undefined): readonly BatchScenario[] => {
  const unknown = only?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new Error(`there is no scenario "${unknown}" of batches`);
  return SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);
};

const measureAll = async (ground: Ground, { only, json }: Options): Promise<void> => {
  const at = new Date();
  const machine = thisMachine();
  const findings: Finding[] = [];
  for (const { name, run } of chosenBatches(only)) {
    process.stderr.write(`${name} …\n`);
    findings.push(...(await run(ground)));
  }
  const tookSeconds = Math.round((Date.now() - at.getTime()) / 1000);
  const loadAfter = thisMachine().loadBefore;
  const result = { at: at.toISOString(), tookSeconds, machine, loadAfter, findings };
  const files = await writeResult(result.at, result, json);
  console.log(findingsTable(findings));
  console.log(
    `\nMachine: ${machine.cores} × ${machine.cpu}, ${machine.platform}, Node ${machine.node}, load before ${machine.loadBefore}, after ${loadAfter}.`,
  );
  console.log(`Medians (least–most), ${tookSeconds} s in all. Written to ${files.join(', ')}`);
};

const INTERRUPTED = 130;

/** Resolves when somebody has had enough. */
const interruption = (): Promise<void> =>
  new Promise((resolve) => {
    const interrupted = (): void => {
      process.exitCode = INTERRUPTED;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  });

const runOn = async (site: Site, options: Options): Promise<void> => {
  const ground = { site, gateway: await site.startGateway(), quick: options.quick };
  if (options.profile) await tellWhereWorkerTimeGoes(ground);
  else await measureAll(ground, options);
};

/**
 * Measures batches and prints one table, or tells where a worker's time goes. When it is interrupted nothing stays behind: no process,
 * and no folder.
 */
export const benchBatches = async (options: Options): Promise<void> => {
  const enough = interruption();
  const site = await Site.open();
  try {
    await Promise.race([runOn(site, options), enough]);
  } finally {
    await site.close();
  }
  // Half of a measurement may still be waiting for something.
  if (process.exitCode === INTERRUPTED) process.exit();
};
