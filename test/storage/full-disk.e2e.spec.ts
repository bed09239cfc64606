import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openStorage } from '#batches';
import { all, bytes, numbers } from './reading.js';

/** A disk of 1 MB, or undefined for whoever may not mount one. */
const smallDisk = ((): string | undefined => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-full-'));
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
})();

afterAll(() => {
  if (smallDisk === undefined) return;
  // Also when a test that failed has left something open there.
  execFileSync('/bin/umount', ['-l', smallDisk]);
  rmSync(smallDisk, { recursive: true });
});

const full = expect.objectContaining({
  name: 'StorageError',
  code: 'full',
  message: expect.stringContaining('Make room'),
});
const denied = expect.objectContaining({ name: 'StorageError', code: 'denied' });

(smallDisk === undefined ? describe.skip : describe)('storage on a disk', () => {
  it('that is full fails whole, keeps what it has, and goes on when there is room', async () => {
    const folder = smallDisk ?? '';
    const storage = await openStorage({ kind: 'file', folder: join(folder, 'data') });
    await storage.write('kept', bytes('old'));
    const log = await storage.openLog('log');
    await log.append(bytes('first'));

    await expect(storage.write('kept', Buffer.alloc(2_000_000))).rejects.toEqual(full);
    expect(await storage.read('kept')).toEqual(bytes('old'));

    // Fills the disk but for what may be left of the last page.
    await writeFile(join(folder, 'ballast'), Buffer.alloc(2_000_000)).catch(() => {});
    await expect(storage.write('new', bytes('x'))).rejects.toEqual(full);
    await expect(storage.create('new', bytes('x'))).rejects.toEqual(full);
    await expect(storage.check()).rejects.toEqual(full);
    const appends = await Promise.allSettled(numbers(20).map(() => log.append(Buffer.alloc(10_000, 'n'))));
    expect(appends.every(({ status }) => status === 'rejected')).toBe(true);

    await rm(join(folder, 'ballast'));
    await log.append(bytes('second'));
    await storage.check();
    await storage.write('new', bytes('x'));
    const complaints: string[] = [];
    const records = await all(storage.readLog('log', (what) => complaints.push(what)));
    expect(records.map(String)).toEqual(['first', 'second']);
    expect(complaints).toEqual([]);
    expect(await all(storage.list(''))).toEqual(['kept', 'log', 'new']);
    await log.close();
  });

  it('that is read-only reads, and says that it may not write', async () => {
    const folder = smallDisk ?? '';
    const storage = await openStorage({ kind: 'file', folder: join(folder, 'data') });
    await storage.write('kept', bytes('old'));
    execFileSync('/bin/mount', ['-o', 'remount,ro', folder]);
    for (const attempt of [() => storage.write('a', bytes('x')), () => storage.check(), () => storage.openLog('log')])
      await expect((attempt as () => Promise<unknown>)()).rejects.toEqual(denied);
    expect(await storage.read('kept')).toEqual(bytes('old'));
  });
});
