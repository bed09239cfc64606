import { readFile } from 'node:fs/promises';
import { type CpuProfile, selfTimeOf } from '../profile/self-time.js';
import { shortQuestion } from '../requests/short.js';
import type { Ground } from './scenario.js';

const LINES = 8_000;
const SHOWN = 40;

const listing = (times: ReadonlyMap<string, number>): string =>
  [...times]
    .sort(([, one], [, other]) => other - one)
    .slice(0, SHOWN)
    .map(([name, us]) => `${(us / LINES).toFixed(2).padStart(10)}  ${name}`)
    .join('\n');

/** Prints the self time of each package and function of a worker that runs a batch as fast as it can. Profiling slows it. */
export const tellWhereWorkerTimeGoes = async ({ site, gateway }: Ground): Promise<void> => {
  const worker = await site.startWorker(100);
  const client = site.client(gateway);
  const params = shortQuestion('tokens=40').body.toString();
  // Until it is compiled, its compiler is most of what it costs.
  await client.untilAnswered(await client.submit({ lines: LINES / 4, params }));
  const file = site.file('worker.cpuprofile');
  await worker.startProfile();
  await client.untilAnswered(await client.submit({ lines: LINES, params }));
  await worker.stopProfile(file);
  await worker.stop();
  const { byGroup, byFunction } = selfTimeOf(JSON.parse(await readFile(file, 'utf8')) as CpuProfile);
  console.log(`µs of self time per line, one worker\n\n${listing(byGroup)}\n\n${listing(byFunction)}`);
};
