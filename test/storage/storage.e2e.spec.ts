import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openStorage, type Storage } from '#batches';
import { all, bytes, forEach, numbers } from './reading.js';
import { type S3Server, startS3Server } from './s3-server.js';

const IS_LONG = process.env.SWITCHYARD_LONG === '1';

const whole = async (pieces: AsyncIterable<Buffer>) => Buffer.concat(await all(pieces));
const denied = expect.objectContaining({ name: 'StorageError', code: 'denied' });
const missing = expect.objectContaining({ name: 'StorageError', code: 'missing' });

async function* repeated(piece: Buffer, times: number, then?: Error): AsyncGenerator<Buffer> {
  for (let count = 0; count < times; count++) yield piece;
  if (then) throw then;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe.each(['file', 's3'] as const)('storage on %s', (kind) => {
  let folder: string;
  let s3: S3Server | undefined;
  let places = 0;
  /** Two processes would have one each. */
  let storage: Storage;
  let other: Storage;

  const open = async (place: string): Promise<Storage> =>
    s3 ? s3.open(place) : openStorage({ kind: 'file', folder: join(folder, place) });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-storage-'));
    if (kind === 's3') s3 = await startS3Server(folder);
  });

  beforeEach(async () => {
    const place = `place-${places++}`;
    storage = await open(place);
    other = await open(place);
  });

  afterEach(() => {
    if (s3) s3.interceptor = undefined;
  });

  afterAll(async () => {
    await s3?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('proves that it works', async () => {
    await storage.check();
    expect(await all(storage.list(''))).toEqual([]);
    expect(await all(storage.children(''))).toEqual([]);
  });

  it('gives back what was written, by whichever process', async () => {
    const large = randomBytes(20_000_000);
    await storage.write('works/a.json', bytes('{}'));
    await storage.write('works/empty', Buffer.alloc(0));
    await storage.write('works/large', large);
    expect(await other.read('works/a.json')).toEqual(bytes('{}'));
    expect(await other.read('works/empty')).toEqual(Buffer.alloc(0));
    expect((await other.read('works/large'))?.equals(large)).toBe(true);
    expect(await other.size('works/large')).toBe(large.length);
    await storage.write('works/a.json', bytes('{"new":1}'));
    expect(await other.read('works/a.json')).toEqual(bytes('{"new":1}'));
  });

  it('says of what is not there that it is not', async () => {
    await storage.write('a/b', bytes('x'));
    for (const path of ['a', 'a/c', 'a/b/c', 'nothing/at/all']) {
      expect(await storage.read(path)).toBeUndefined();
      expect(await storage.size(path)).toBeUndefined();
      await expect(all(storage.stream(path))).rejects.toEqual(missing);
      expect(await all(storage.readLog(path))).toEqual([]);
      expect(await all(storage.list(`${path}/`))).toEqual(path === 'a' ? ['a/b'] : []);
    }
    await storage.remove('a/c');
    await storage.removeAll('nothing/');
    await storage.removeAll('a/b/');
    expect(await all(storage.list(''))).toEqual(['a/b']);
  });

  it('writes a stream whole, whatever the size of its pieces', async () => {
    for (const [piece, times] of [
      [7, 1000],
      [100_000, 170],
      [8_388_608, 2],
      [9_000_001, 2],
    ] as const) {
      const part = randomBytes(piece);
      await storage.write('streamed', repeated(part, times));
      const expected = Buffer.concat(Array.from({ length: times }, () => part));
      expect((await storage.read('streamed'))?.equals(expected)).toBe(true);
    }
  });

  it.each([1, 300])('leaves the old object when the stream of a new one fails after %s pieces', async (pieces) => {
    await storage.write('kept', bytes('old'));
    const hangup = Object.assign(new Error('hung up'), { code: 'ECONNRESET', syscall: 'read' });
    await expect(storage.write('kept', repeated(Buffer.alloc(100_000), pieces, hangup))).rejects.toBe(hangup);
    await expect(storage.write('never', repeated(Buffer.alloc(100_000), pieces, hangup))).rejects.toBe(hangup);
    expect(await storage.read('kept')).toEqual(bytes('old'));
    expect(await all(storage.list(''))).toEqual(['kept']);
    const rest = (await readdir(folder, { recursive: true })).filter((name) => /@tmp\/.|uploads\/./.test(name));
    expect(rest).toEqual([]);
  });

  it('shows readers the old object or the new, never a part', async () => {
    const versions = numbers(20).map((index) => Buffer.alloc(400_000 + (kind === 'file' ? index * 1000 : 0), index));
    await storage.write('o', versions[0] ?? Buffer.alloc(0));
    const written = { all: false };
    const reader = async () => {
      let reads = 0;
      while (!written.all) {
        const found = (reads++ % 2 ? await other.read('o') : await whole(other.stream('o'))) ?? Buffer.alloc(0);
        expect(found.equals(versions[found[0] ?? 0] ?? Buffer.alloc(0))).toBe(true);
      }
      return reads;
    };
    const readers = [reader(), reader(), reader()];
    for (const version of versions) await storage.write('o', version);
    written.all = true;
    for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(0);
  });

  it('streams one version from an offset, though another is written meanwhile', async () => {
    const old = randomBytes(1_000_000);
    await storage.write('o', old);
    const pieces = storage.stream('o', 10)[Symbol.asyncIterator]();
    const first = await pieces.next();
    await other.write('o', bytes('new'));
    const rest = await whole({ [Symbol.asyncIterator]: () => pieces });
    expect(Buffer.concat([first.value ?? Buffer.alloc(0), rest]).equals(old.subarray(10))).toBe(true);
    expect(await whole(storage.stream('o', 2))).toEqual(bytes('w'));
    for (const from of [3, 4, 5_000_000]) expect(await whole(storage.stream('o', from))).toEqual(Buffer.alloc(0));
  });

  it('lets exactly one of racing creators win', async () => {
    for (const round of numbers(10)) {
      const racers = numbers(12).map((index) => bytes(`racer ${index}`));
      const won = await Promise.all(
        racers.map((body, index) => (index % 2 ? storage : other).create(`c/${round}`, body)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await storage.read(`c/${round}`)).toEqual(racers[won.indexOf(true)]);
      expect(await other.create(`c/${round}`, bytes('late'))).toBe(false);
    }
  });

  it('lists thousands in lexical order, whole paths or names only', async () => {
    // S3 lists a thousand at a time: two pages, or three.
    const count = IS_LONG ? 2_300 : 1_100;
    const paths = numbers(count).map((index) => `many/w${String(index).padStart(5, '0')}/manifest`);
    await forEach(paths.toReversed(), (path) => storage.write(path, bytes('m')), 16);
    await storage.write('many/w00000/in/00000', bytes('i'));
    await storage.write('more', bytes('x'));
    expect(await all(other.list('many/'))).toEqual(['many/w00000/in/00000', ...paths]);
    expect(await all(other.list('many/w00001/'))).toEqual(['many/w00001/manifest']);
    expect(await all(other.children('many/'))).toEqual(paths.map((path) => path.slice(5, 11)));
    expect(await all(other.children('many/w00000/'))).toEqual(['in', 'manifest']);
    expect(await all(other.children(''))).toEqual(['many', 'more']);
    for await (const first of other.list('')) {
      expect(first).toBe('many/w00000/in/00000');
      break;
    }
    await storage.removeAll('many/w00000/');
    expect((await all(other.children('many/'))).length).toBe(count - 1);
    await storage.removeAll('many/');
    expect(await all(other.list(''))).toEqual(['more']);
    await storage.write('many/again', bytes('y'));
    await storage.remove('more');
    expect(await all(other.list(''))).toEqual(['many/again']);
  }, 60_000);

  it.each([
    [
      '..',
      'a/../b',
      '/etc/passwd',
      'a//b',
      'a/',
      '',
      '.',
      './a',
      'a/.hidden',
      'a\\b',
      'a\0b',
      'ü',
      'a b',
      '@tmp/x',
      '%2e',
    ],
  ])('refuses paths that are none', async (...paths) => {
    for (const path of [...paths, 'x'.repeat(201), 'x/'.repeat(400) + 'x']) {
      const attempts = [
        () => storage.write(path, bytes('x')),
        () => storage.create(path, bytes('x')),
        () => storage.read(path),
        () => storage.size(path),
        () => all(storage.stream(path)),
        () => storage.remove(path),
        () => storage.openLog(path),
        () => all(storage.readLog(path)),
        () => storage.removeAll(`${path}/`),
        ...(path === '' || path === 'a/'
          ? []
          : [() => all(storage.list(path)), () => all(storage.children(`${path}/`))]),
      ];
      for (const attempt of attempts) await expect((async () => attempt())()).rejects.toEqual(denied);
    }
    await expect(storage.removeAll('')).rejects.toEqual(denied);
  });

  it('takes a stream of any size in little memory', async () => {
    const megabytes = IS_LONG ? 200 : 100;
    const piece = randomBytes(1_000_000);
    let most = 0;
    const look = () => {
      collectGarbage();
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    };
    async function* watched() {
      for (const count of numbers(megabytes)) {
        if (count % 10 === 0) look();
        yield Buffer.from(piece);
      }
    }
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    await storage.write('big', watched());
    let read = 0;
    let looked = 0;
    for await (const part of storage.stream('big')) {
      read += part.length;
      if (read > (looked + 1) * 10_000_000) look();
      looked = Math.floor(read / 10_000_000);
    }
    expect(read).toBe(megabytes * 1_000_000);
    expect(most - before).toBeLessThan(60_000_000);
  }, 60_000);

  describe('a log', () => {
    it('keeps records in order, over openings', async () => {
      const expected: string[] = [];
      for (const opening of numbers(3)) {
        const log = await storage.openLog('wal/w1/5.1');
        const records = numbers(40).map((index) => `${opening} ${index} ${'x'.repeat(index * 100)}`);
        await Promise.all(records.map((record) => log.append(bytes(record))));
        expected.push(...records);
        expect(await all(other.readLog('wal/w1/5.1'))).toEqual(expected.map(bytes));
        await log.close();
        await expect(log.append(bytes('late'))).rejects.toEqual(denied);
        expect(log.bytes).toBe(expected.reduce((sum, record) => sum + 12 + record.length, 0));
      }
      expect(await all(storage.list('wal/'))).toEqual(['wal/w1/5.1']);
      expect(await all(storage.children('wal/w1/'))).toEqual(['5.1']);
      await storage.remove('wal/w1/5.1');
      expect(await all(storage.list(''))).toEqual([]);
    });

    it('keeps empty records and very large ones', async () => {
      const log = await storage.openLog('l');
      const large = randomBytes(9_000_000);
      await Promise.all([Buffer.alloc(0), large, bytes('end')].map((record) => log.append(record)));
      await log.close();
      const [empty, read, end] = await all(storage.readLog('l'));
      expect([empty?.length, read?.equals(large), end]).toEqual([0, true, bytes('end')]);
    });

    it('is removed with its folder', async () => {
      const log = await storage.openLog('wal/w1/1');
      await log.append(bytes('r'));
      await log.close();
      await storage.removeAll('wal/w1/');
      expect(await all(storage.readLog('wal/w1/1'))).toEqual([]);
      expect(await all(storage.list(''))).toEqual([]);
    });

    it('waits when closed for what was appended before', async () => {
      const log = await storage.openLog('l');
      const appends = numbers(10).map((index) => log.append(bytes(`${index}`)));
      await log.close();
      await Promise.all(appends);
      expect(await all(storage.readLog('l'))).toHaveLength(10);
    });
  });
});
