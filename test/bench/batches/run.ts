import { accept } from './accept.js';
import { beside } from './beside.js';
import { fairness } from './fairness.js';
import type { Finding } from './finding.js';
import { findingsTable } from './findings-table.js';
import { memory } from './memory.js';
import type { BatchScenario } from './scenario.js';
import { Site } from './site.js';
import { slowUpstream } from './slow-upstream.js';
import { throughput } from './throughput.js';

const SCENARIOS: readonly BatchScenario[] = [accept, memory, throughput, slowUpstream, beside, fairness];

/** Measures batches and prints one table. `only`: names of scenarios; undefined means all. */
export const benchBatches = async (quick: boolean, only: readonly string[] | undefined): Promise<void> => {
  const site = await Site.open();
  try {
    const gateway = await site.startGateway();
    const findings: Finding[] = [];
    for (const { name, run } of SCENARIOS) {
      if (only && !only.includes(name)) continue;
      process.stderr.write(`${name} …\n`);
      findings.push(...(await run({ site, gateway, quick })));
    }
    console.log(findingsTable(findings));
  } finally {
    await site.close();
  }
};
