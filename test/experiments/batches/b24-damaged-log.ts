import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly } from '../figure.js';
import { auditOf } from './audit.js';
import type { Batch } from './batch.js';
import { BatchSite } from './batch-site.js';

const ANSWER = '"letter":"s"';

/** Files in which workers have kept answers that are not yet final; what was sealed is read from there no more. */
const logsOf = async (site: BatchSite, { id }: Batch): Promise<string[]> => {
  const folder = join(site.folder, 'works', id);
  const sealed = new Set((await readdir(join(folder, 'out')).catch(() => [])).map((name) => name.split('.')[0]));
  const open = (await readdir(join(folder, 'wal'))).filter((chunk) => !sealed.has(chunk));
  const files = open.map(async (chunk) => {
    const names = await readdir(join(folder, 'wal', chunk));
    return names.map((name) => join(folder, 'wal', chunk, name));
  });
  return (await Promise.all(files)).flat();
};

/** Where each answer in a log begins, and whose it is. */
const answersIn = (log: Buffer, ids: readonly string[]): { at: number; customId: string }[] => {
  const text = log.toString('latin1');
  const prefix = (ids[0] ?? '').split('-')[0];
  return [...text.matchAll(new RegExp(`${ANSWER}[^]*?"text":"(${prefix}-\\d+)"`, 'g'))].map(
    ({ index, 1: id = '' }) => ({
      at: index,
      customId: id,
    }),
  );
};

/** Flips a bit in the first answer of each log and tears the last one off in its middle. Gives the lines whose answers are lost by that. */
const damage = async (files: readonly string[], ids: readonly string[]): Promise<string[]> => {
  const lost: string[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    const answers = answersIn(bytes, ids);
    const [first, last] = [answers[0], answers.at(-1)];
    if (!first || !last || first === last) continue;
    const flipped = bytes.indexOf(`"text":"${first.customId}"`, first.at) + '"text":"'.length;
    bytes.writeUInt8(bytes.readUInt8(flipped) ^ 1, flipped);
    await writeFile(file, bytes.subarray(0, bytes.indexOf(last.customId, last.at)));
    lost.push(first.customId, last.customId);
  }
  return lost;
};

/** A worker dies, and what it had written is damaged before another reads it. */
export const b24: Experiment = {
  id: 'B24',
  title: 'logs of answers are damaged',
  tier: 'long',
  run: async (rig) => {
    const lines = rig.scale(600, 6_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=300', workers: 1, concurrency: 60 });
    // Lines of a chunk that are answered at different times, so that the death comes in the midst of one.
    site.upstreams[0]?.behave('delay=500');
    const batch = await site.submit(lines);
    await batch.reached(lines / 3);
    await site.crew.killAll();
    const lost = await damage(await logsOf(site, batch), batch.customIds);
    const killedAt = site.callsFor(batch).length;
    const worker = await site.crew.hire();
    const view = await batch.ended(rig.scale(60_000, 300_000));

    const again = new Set(
      site
        .callsFor(batch)
        .slice(killedAt)
        .map(({ customId }) => customId),
    );
    const reports = worker.log.filter(({ msg }) => msg === 'batches.damaged');
    return [
      ...(await auditOf(batch, view)),
      atLeast(2, { name: 'answers that were damaged', value: lost.length }),
      exactly(0, { name: 'of them not asked for again', value: lost.filter((id) => !again.has(id)).length }),
      atLeast(lost.length, {
        name: 'damages that were reported',
        value: reports.length,
        note: JSON.stringify(reports[0]),
      }),
      atMost(site.concurrency + lost.length, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
    ];
  },
};
