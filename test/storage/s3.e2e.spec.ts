import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Storage } from '#batches';
import { all, bytes, forEach, numbers } from './reading.js';
import { type Interceptor, type S3Server, startS3Server } from './s3-server.js';

const failure = (code: string, says = '') =>
  expect.objectContaining({ name: 'StorageError', code, message: expect.stringContaining(says) });

describe('storage in S3', () => {
  let folder: string;
  let s3: S3Server;
  let storage: Storage;
  let places = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-s3-'));
    s3 = await startS3Server(folder);
  });

  beforeEach(async () => {
    storage = await s3.open(`place-${places++}`);
    s3.requests.length = 0;
  });

  afterEach(() => {
    s3.interceptor = undefined;
    s3.honoursConditions = true;
  });

  afterAll(async () => {
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Does something to the first requests that match. */
  const first = (times: number, matches: RegExp, act: Interceptor): void => {
    let left = times;
    s3.interceptor = (request, response) => {
      if (left === 0 || !matches.test(`${request.method} ${request.url}`)) return false;
      left--;
      return act(request, response);
    };
  };

  const answer =
    (status: number, code: string): Interceptor =>
    (request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
      return true;
    };

  it('gives up in bounded time on a server that does not answer', async () => {
    const impatient = await s3.open('hung', { patienceMs: 500 });
    s3.interceptor = () => true;
    const start = performance.now();
    const attempts = [
      () => impatient.read('a'),
      () => impatient.write('a', bytes('x')),
      () => impatient.create('a', bytes('x')),
      () => impatient.check(),
      () => impatient.removeAll('a/'),
      () => all(impatient.list('')),
    ];
    await Promise.all(
      attempts.map((attempt) => expect((attempt as () => Promise<unknown>)()).rejects.toEqual(failure('away'))),
    );
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it('gives up on a body that falls silent, and not on a reader that is slow', async () => {
    const impatient = await s3.open('silent', { patienceMs: 300 });
    const body = Buffer.alloc(3_000_000, 'b');
    await impatient.write('a', body);
    s3.interceptor = ({ url }) => url?.includes('mute') ?? false;
    let read = 0;
    for await (const piece of impatient.stream('a')) {
      // So long that its patience with another is over meanwhile.
      if (read === 0) await expect(impatient.read('mute')).rejects.toEqual(failure('away'));
      read += piece.length;
    }
    expect(read).toBe(body.length);
    s3.interceptor = ({ method }, response) => {
      if (method !== 'GET') return false;
      response.writeHead(200, { 'content-length': 100, etag: '"1"' }).write('x');
      return true;
    };
    await expect(all(impatient.stream('a'))).rejects.toEqual(failure('away', 'silent'));
  });

  it('resumes a body whose connection breaks, where it broke', async () => {
    const body = Buffer.from(numbers(300_000).join(' '));
    await storage.write('a', body);
    const ranges: unknown[] = [];
    s3.interceptor = (request, response) => {
      if (request.method !== 'GET') return false;
      ranges.push(request.headers.range, request.headers['if-match']);
      if (ranges.length > 2) return false;
      response.writeHead(200, { 'content-length': body.length, etag: '"one"' });
      response.write(body.subarray(0, 1_000_000), () => response.destroy());
      return true;
    };
    expect((await storage.read('a'))?.equals(body)).toBe(true);
    expect(ranges).toEqual([undefined, undefined, expect.stringMatching(/^bytes=\d+-$/), '"one"']);
  });

  it('asks again when the server says that it is busy', async () => {
    first(2, /^PUT/, answer(503, 'SlowDown'));
    await storage.write('a', bytes('x'));
    expect(await storage.read('a')).toEqual(bytes('x'));
    first(99, /^PUT/, answer(503, 'SlowDown'));
    await expect(storage.write('a', bytes('y'))).rejects.toEqual(failure('away', 'SlowDown'));
  });

  it('knows that it won though the answer was lost', async () => {
    let puts = 0;
    s3.interceptor = (request, response) => {
      if (request.method === 'PUT' && puts++ === 0) {
        // Everything is done; only the answer does not come.
        response.writeHead = () => response.destroy();
        response.end = (() => response.destroy()) as never;
      }
      return false;
    };
    expect(await storage.create('a', bytes('mine'))).toBe(true);
    expect(puts).toBe(2);
    expect(await storage.create('a', bytes('other'))).toBe(false);
    expect(await storage.read('a')).toEqual(bytes('mine'));
  });

  it('creates once where conditions are ignored or refused, if nobody races', async () => {
    s3.honoursConditions = false;
    expect(await storage.create('a', bytes('x'))).toBe(true);
    expect(await storage.create('a', bytes('y'))).toBe(false);
    first(1, /^PUT/, answer(501, 'NotImplemented'));
    expect(await storage.create('b', bytes('x'))).toBe(true);
    expect(await storage.create('b', bytes('y'))).toBe(false);
    expect(await storage.read('b')).toEqual(bytes('x'));
  });

  it('tries a creation again that a removal came between', async () => {
    first(2, /^PUT/, answer(409, 'ConditionalRequestConflict'));
    expect(await storage.create('a', bytes('x'))).toBe(true);
  });

  it.each([
    [403, 'AccessDenied', 'denied', 'credentials'],
    [403, 'SignatureDoesNotMatch', 'denied', 'credentials'],
    [404, 'NoSuchBucket', 'missing', 'Create it'],
    [507, 'XMinioStorageFull', 'full', 'Make room'],
    [500, 'InternalError', 'away', 'reached'],
  ])('says what to do about %s %s', async (status, code, kind, says) => {
    s3.interceptor = answer(status, code);
    await expect(storage.write('a', bytes('x'))).rejects.toEqual(failure(kind, says));
    await expect(storage.read('a')).rejects.toEqual(failure(kind, says));
    await expect(storage.check()).rejects.toEqual(failure(kind, says));
    await expect(all(storage.list(''))).rejects.toEqual(failure(kind, says));
  });

  it('says that its bucket is missing', async () => {
    const lost = await s3.open('', { bucket: 'no-such-bucket' });
    await expect(lost.check()).rejects.toEqual(failure('missing', 'no-such-bucket'));
  });

  it('finds a server out that changes bodies', async () => {
    s3.interceptor = ({ method, url = '' }, response) => {
      if (method !== 'GET' || url.includes('list-type')) return false;
      response.writeHead(200, { 'content-length': 3, etag: '"1"' }).end('abc');
      return true;
    };
    await expect(storage.check()).rejects.toEqual(failure('corrupt'));
  });

  it('sends bodies as they are, without framing or checksums that other servers do not know', async () => {
    const seen: string[] = [];
    s3.interceptor = ({ method, headers }) => {
      if (method === 'PUT') seen.push(...Object.keys(headers), `length ${headers['content-length']}`);
      return false;
    };
    await storage.write('a', bytes('four'));
    await storage.write('b', Buffer.alloc(9_000_000));
    expect(seen.filter((name) => /encoding|checksum|^length/.test(name))).toEqual([
      'length 4',
      'length 8388608',
      'length 611392',
    ]);
  });

  it('ends uploads that it does not complete', async () => {
    first(99, /^PUT .*partNumber=2/, answer(403, 'AccessDenied'));
    await expect(storage.write('a', Buffer.alloc(20_000_000))).rejects.toEqual(failure('denied'));
    expect(s3.requests.filter((request) => /^DELETE .*uploadId=/.test(request))).toHaveLength(1);
    expect(await storage.read('a')).toBeUndefined();
  });

  it('makes appends durable together', async () => {
    const log = await storage.openLog('log');
    await forEach(numbers(2_000), (number) => log.append(bytes(`${number}`)), 100);
    await log.close();
    expect(s3.requests.filter((request) => request.startsWith('PUT')).length).toBeLessThan(60);
    expect(new Set((await all(storage.readLog('log'))).map(String)).size).toBe(2_000);
  });

  it('goes on with a log after a part that was not written, and keeps another writer from it', async () => {
    const log = await storage.openLog('log');
    await log.append(bytes('one'));
    first(1, /^PUT/, answer(403, 'AccessDenied'));
    await expect(log.append(bytes('two'))).rejects.toEqual(failure('denied'));
    await log.append(bytes('three'));
    const second = await storage.openLog('log');
    await second.append(bytes('four'));
    await expect(log.append(bytes('five'))).rejects.toEqual(failure('denied', 'Another process'));
    expect((await all(storage.readLog('log'))).map(String)).toEqual(['one', 'three', 'four']);
  });

  it('reads on after a damaged part of a log, and says which', async () => {
    const log = await storage.openLog('log');
    for (const text of ['one', 'two', 'three']) await log.append(bytes(text));
    await log.close();
    s3.interceptor = ({ method, url }, response) => {
      if (method !== 'GET' || !/000000000001/.test(url ?? '')) return false;
      response.writeHead(200, { 'content-length': 20, etag: '"1"' }).end(Buffer.alloc(20));
      return true;
    };
    const complaints: string[] = [];
    const found = await all(storage.readLog('log', (what) => complaints.push(what)));
    expect(found.map(String)).toEqual(['one', 'three']);
    expect(complaints).toEqual(['no head of a record at byte 0 of part 000000000001']);
  });
});
