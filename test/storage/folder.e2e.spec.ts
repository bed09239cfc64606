import {
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openStorage, type Storage } from '#batches';
import { all, bytes, forEach, numbers } from './reading.js';

const failure = (code: string) => expect.objectContaining({ name: 'StorageError', code });

describe('storage in a folder', () => {
  let parent: string;
  let folder: string;
  let storage: Storage;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'switchyard-folder-'));
    folder = join(parent, 'data');
    storage = await openStorage({ kind: 'file', folder });
  });

  afterEach(async () => {
    await rm(parent, { recursive: true, force: true });
  });

  it('cuts a torn tail off a log that is opened again, wherever it was torn', async () => {
    const log = await storage.openLog('log');
    for (const text of ['one', '', 'three is longer']) await log.append(bytes(text));
    await log.close();
    const whole = await readFile(join(folder, 'log'));
    for (const length of numbers(whole.length + 1)) {
      await writeFile(join(folder, 'log'), whole.subarray(0, length));
      const before = await all(storage.readLog('log'));
      const again = await storage.openLog('log');
      await again.append(bytes('new'));
      await again.close();
      const complaints: string[] = [];
      expect(await all(storage.readLog('log', (what) => complaints.push(what)))).toEqual([...before, bytes('new')]);
      expect(complaints).toEqual([]);
    }
  });

  it('goes on after a damaged record in the midst of a log, and says so', async () => {
    const log = await storage.openLog('log');
    for (const text of ['one', 'two', 'three']) await log.append(bytes(text));
    await log.close();
    const file = await open(join(folder, 'log'), 'r+');
    await file.write('X', 12 + 3 + 12);
    await file.close();
    const complaints: string[] = [];
    const found = await all(storage.readLog('log', (what) => complaints.push(what)));
    expect([found.map(String), complaints.length]).toEqual([['one', 'three'], 1]);
    const again = await storage.openLog('log');
    await again.append(bytes('four'));
    await again.close();
    expect((await all(storage.readLog('log'))).map(String)).toEqual(['one', 'three', 'four']);
  });

  it('makes appends durable together', async () => {
    const log = await storage.openLog('log');
    const probe = await open(join(folder, 'log'), 'r');
    const datasync = jest.spyOn(Object.getPrototypeOf(probe), 'datasync');
    await probe.close();
    await forEach(numbers(10_000), (number) => log.append(bytes(`${number}`)), 50);
    const syncs = datasync.mock.calls.length;
    datasync.mockRestore();
    await log.close();
    expect(syncs).toBeGreaterThanOrEqual(200);
    expect(syncs).toBeLessThan(400);
    expect(new Set((await all(storage.readLog('log'))).map(String)).size).toBe(10_000);
  });

  it('syncs an object before it has its name, and the folders that lead to it', async () => {
    const synced: string[] = [];
    const probe = await open(join(folder, '@tmp'), 'r');
    const handles: { sync: (this: FileHandle) => Promise<void> } = Object.getPrototypeOf(probe);
    const { sync } = handles;
    await probe.close();
    handles.sync = async function (this: FileHandle) {
      const name = (await readlink(`/proc/self/fd/${this.fd}`)).slice(folder.length).replace(/@tmp.*/, 'staged');
      synced.push((await storage.size('a/b/c')) === undefined ? name : `${name} named`);
      return sync.call(this);
    };
    try {
      await storage.write('a/b/c', bytes('x'));
      await storage.write('a/b/d', bytes('x'));
    } finally {
      handles.sync = sync;
    }
    expect(synced).toEqual(['/staged', '/a', '', '/a/b named', '/staged named', '/a/b named']);
  });

  it('never takes a failed sync for one that may be tried again', async () => {
    const log = await storage.openLog('log');
    await log.append(bytes('kept'));
    const probe = await open(join(folder, 'log'), 'r');
    const broken = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fdatasync' });
    const datasync = jest.spyOn(Object.getPrototypeOf(probe), 'datasync').mockRejectedValueOnce(broken);
    await probe.close();
    await expect(log.append(bytes('lost'))).rejects.toEqual(failure('away'));
    datasync.mockRestore();
    await expect(log.append(bytes('after'))).rejects.toEqual(failure('away'));
    await log.close();
  });

  it('takes writes into a folder that is removed meanwhile', async () => {
    const other = await openStorage({ kind: 'file', folder });
    await forEach(
      numbers(400),
      (number) => (number % 10 === 0 ? other.removeAll('w/') : storage.write(`w/in/${number}`, bytes('x'))),
      4,
    );
    await storage.write('w/in/last', bytes('x'));
    expect(await all(storage.list('w/in/'))).toContain('w/in/last');
  });

  it('says that it is away, and writes nothing, when its folder is', async () => {
    await storage.write('a/b', bytes('x'));
    await rename(folder, join(parent, 'elsewhere'));
    const attempts = [
      () => storage.read('a/b'),
      () => storage.size('a/b'),
      () => storage.write('a/c', bytes('y')),
      () => storage.create('a/c', bytes('y')),
      () => storage.openLog('log'),
      () => storage.removeAll('a/'),
      () => storage.remove('a/b'),
      () => storage.check(),
      () => all(storage.list('a/')),
      () => all(storage.stream('a/b')),
      () => all(storage.readLog('log')),
    ];
    for (const attempt of attempts)
      await expect((attempt as () => Promise<unknown>)()).rejects.toEqual(failure('away'));
    expect(await readdir(parent)).toEqual(['elsewhere']);
    await rename(join(parent, 'elsewhere'), folder);
    expect(await storage.read('a/b')).toEqual(bytes('x'));
  });

  it('clears away what was left half-written an hour ago, and not what is being written', async () => {
    const staging = join(folder, '@tmp');
    for (const name of ['old', 'young']) await writeFile(join(staging, name), 'x');
    await mkdir(join(staging, 'old-folder', 'in'), { recursive: true });
    for (const name of ['old', 'old-folder']) await utimes(join(staging, name), 0, 0);
    await storage.check();
    expect(await readdir(staging)).toEqual(['young']);
  });

  it('refuses a name that is an object already as a folder, and the other way round', async () => {
    await storage.write('a/b', bytes('x'));
    await expect(storage.write('a', bytes('x'))).rejects.toEqual(failure('denied'));
    await expect(storage.write('a/b/c', bytes('x'))).rejects.toEqual(failure('denied'));
    expect(await all(storage.list(''))).toEqual(['a/b']);
  });
});
