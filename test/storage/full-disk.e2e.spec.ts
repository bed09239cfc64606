import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { openStorage } from '#batches';
import { describeUnless } from '../support/describe-unless.js';
import { NO_SMALL_DISK, SmallDisk } from '../support/small-disk.js';
import { all, bytes, numbers } from './reading.js';

const disk = SmallDisk.mount(1);

afterAll(() => disk?.remove());

const full = expect.objectContaining({
  name: 'StorageError',
  code: 'full',
  message: expect.stringContaining('Make room'),
});
const denied = expect.objectContaining({ name: 'StorageError', code: 'denied' });

describeUnless(disk ? undefined : NO_SMALL_DISK, 'storage on a disk', () => {
  it('that is full fails whole, keeps what it has, and goes on when there is room', async () => {
    const folder = disk?.folder ?? '';
    const storage = await openStorage({ kind: 'file', folder: join(folder, 'data') });
    await storage.write('kept', bytes('old'));
    const log = await storage.openLog('log');
    await log.append(bytes('first'));

    await expect(storage.write('kept', Buffer.alloc(2_000_000))).rejects.toEqual(full);
    expect(await storage.read('kept')).toEqual(bytes('old'));

    await disk?.fill();
    await expect(storage.write('new', bytes('x'))).rejects.toEqual(full);
    await expect(storage.create('new', bytes('x'))).rejects.toEqual(full);
    await expect(storage.check()).rejects.toEqual(full);
    const appends = await Promise.allSettled(numbers(20).map(() => log.append(Buffer.alloc(10_000, 'n'))));
    expect(appends.every(({ status }) => status === 'rejected')).toBe(true);

    await disk?.makeRoom();
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
    const folder = disk?.folder ?? '';
    const storage = await openStorage({ kind: 'file', folder: join(folder, 'data') });
    await storage.write('kept', bytes('old'));
    disk?.protect('ro');
    for (const attempt of [() => storage.write('a', bytes('x')), () => storage.check(), () => storage.openLog('log')])
      await expect((attempt as () => Promise<unknown>)()).rejects.toEqual(denied);
    expect(await storage.read('kept')).toEqual(bytes('old'));
  });
});
