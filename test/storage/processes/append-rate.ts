// Prints how many records of 2 KB a second a log in a folder takes, by how many are appended at once. An argument names the folder.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '#batches';

const SECONDS = 2;
const record = Buffer.alloc(2048, 'r');

const place = process.argv[2] ?? tmpdir();
const folder = await mkdtemp(join(place, 'switchyard-append-rate-'));
const storage = await openStorage({ kind: 'file', folder });

let syncs = 0;
const probe = await open(join(folder, 'probe'), 'w');
const handles: { datasync: (this: unknown) => Promise<void> } = Object.getPrototypeOf(probe);
await probe.close();
const { datasync } = handles;
handles.datasync = function (this: unknown) {
  syncs++;
  return datasync.call(this);
};

for (const atOnce of [1, 10, 50, 500]) {
  const log = await storage.openLog(`log-${atOnce}`);
  syncs = 0;
  let appends = 0;
  const start = performance.now();
  const lane = async () => {
    for (; performance.now() - start < SECONDS * 1000; appends++) await log.append(record);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const seconds = (performance.now() - start) / 1000;
  await log.close();
  const perSync = ((seconds * 1000) / syncs).toFixed(2);
  console.log(`${atOnce} at once: ${Math.round(appends / seconds)} records/s, ${syncs} syncs of ${perSync} ms`);
}
await rm(folder, { recursive: true });
