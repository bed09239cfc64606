import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeBatchGateway, residentBytes, until } from '../../../../libs/testing/src/index.js';
import { freePort } from '../up/free-port.js';
import { list } from './list.js';
import { results } from './results.js';
import { cancel, status } from './status.js';
import { submit } from './submit.js';
import type { Terminal } from './terminal.js';
import { watch } from './watch/watch.js';

const COMMAND = resolve('dist/apps/cli/src/main.js');
const KEY = 'the-key-of-the-test';
const BARE = '{"model":"m","max_tokens":1,"messages":[]}';
const MEGABYTE = 1024 * 1024;

/** A terminal that is none: everything is kept. */
class Kept implements Terminal {
  readonly root = '.';
  out = '';
  err = '';
  stdin: Terminal['stdin'] = Readable.from([]);
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly print = (line: string): void => void (this.out += `${line}\n`);
  readonly complain = (line: string): void => void (this.err += `${line}\n`);

  constructor(readonly env: NodeJS.ProcessEnv) {}
}

describe('the batch commands', () => {
  let folder: string;
  let gateway: FakeBatchGateway;
  let terminal: Kept;
  const children: ChildProcess[] = [];
  const file = (name: string): string => join(folder, name);

  const run = (...args: string[]) => {
    const child = spawn(process.execPath, [COMMAND, 'batch', ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...terminal.env },
    });
    children.push(child);
    return { child, out: text(child.stdout), err: text(child.stderr), exit: once(child, 'exit') };
  };

  /** Lets a batch go on by so many requests at each question, and end. */
  const goOn = (step: number, errored = 0): void => {
    gateway.onProgress = (batch) => {
      const { counts, total } = batch;
      if (counts.processing === 0) return;
      counts.errored = errored;
      counts.succeeded = Math.min(total - errored, counts.succeeded + step);
      counts.processing = total - counts.succeeded - errored;
      if (counts.processing === 0) batch.status = 'ended';
    };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-batch-test-'));
    await writeFile(file('two.jsonl'), `${BARE}\n${BARE}\n`);
  });

  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    gateway = await FakeBatchGateway.start();
    terminal = new Kept({ SWITCHYARD_URL: gateway.url, SWITCHYARD_API_KEY: KEY });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await gateway.stop();
  });

  describe('submit', () => {
    it('hands in a file, prints the id alone, and says how to go on', async () => {
      const options = { webhook: 'https://example.test/hook', priority: 'background', model: 'other' };

      expect(await submit(file('two.jsonl'), options, terminal)).toBe(0);
      expect(terminal.out).toBe('msgbatch_001\n');
      expect(terminal.err).toBe('Accepted: 2 requests, 172 B.\n  watch it  switchyard batch watch msgbatch_001\n');
      expect(gateway.bodies[0]?.requests).toEqual([
        { custom_id: 'line-1', params: { model: 'other', max_tokens: 1, messages: [] } },
        { custom_id: 'line-2', params: { model: 'other', max_tokens: 1, messages: [] } },
      ]);
      expect(gateway.asked[0]?.headers).toMatchObject({
        'content-length': String(gateway.asked[0]?.bodyBytes),
        'idempotency-key': expect.stringMatching(/^[\da-f-]{36}$/),
        'x-switchyard-webhook-url': 'https://example.test/hook',
        'x-switchyard-priority': 'background',
      });
    });

    it('takes standard input, and keeps nothing of it', async () => {
      const before = await readdir(tmpdir());
      terminal.stdin = Readable.from([Buffer.from(`${BARE}\n`)]);

      expect(await submit('-', {}, terminal)).toBe(0);
      expect(gateway.bodies[0]?.requests).toHaveLength(1);
      expect(
        (await readdir(tmpdir())).filter((name) => !before.includes(name) && name.startsWith('switchyard-batch-')),
      ).toEqual([]);
    });

    it('sends nothing when something is wrong with the file', async () => {
      await writeFile(file('bad.jsonl'), `${BARE}\n{"messages":\n`);

      await expect(submit(file('bad.jsonl'), {}, terminal)).rejects.toThrow(/bad\.jsonl:2 {2}not valid JSON/);
      await expect(submit(file('gone.jsonl'), {}, terminal)).rejects.toThrow('there is no such file');
      expect(gateway.asked).toEqual([]);
    });

    it('makes one batch when the answer is lost', async () => {
      gateway.instead.push((request) => request.resume().on('end', () => request.socket.destroy()));

      expect(await submit(file('two.jsonl'), {}, terminal)).toBe(0);
      const keys = gateway.asked.map(({ headers }) => headers['idempotency-key']);
      expect(keys).toHaveLength(2);
      expect(new Set(keys).size).toBe(1);
      expect(terminal.err).toMatch(/^The gateway broke off \(\w+\); trying once more in 1s\.\n/);
    });

    it('says how to have one batch when it cannot be told whether there is one', async () => {
      const lose = (request: IncomingMessage): void => void request.socket.destroy();
      gateway.instead.push(lose, (_, response) => response.writeHead(503, { 'retry-after': '3600' }).end('{}'));

      await expect(submit(file('two.jsonl'), { idempotencyKey: 'mine' }, terminal)).rejects.toThrow(
        /may have been accepted all the same\..*\n {2}--idempotency-key mine$/,
      );
    });

    it('does not send again what was refused for good', async () => {
      gateway.instead.push((_, response) =>
        response.writeHead(413).end('{"error":{"message":"Request exceeds the maximum size."}}'),
      );

      await expect(submit(file('two.jsonl'), {}, terminal)).rejects.toThrow(
        'answered 413: Request exceeds the maximum size. Split the file',
      );
      expect(gateway.asked).toHaveLength(1);
    });

    it('waits to the end, and tells how it was', async () => {
      goOn(1);

      expect(await submit(file('two.jsonl'), { wait: true }, terminal)).toBe(0);
      expect(terminal.err).toContain('50 %, 1 of 2: 1 succeeded;');
      expect(terminal.err).toContain(
        'msgbatch_001 has ended after 4m 12s: 2 requests, 2 succeeded.\n  used     8.10M in, 2.34M out, $4.21\n' +
          '  results  switchyard batch results msgbatch_001 -o msgbatch_001.jsonl\n',
      );
    });

    it('streams 100,000 requests, in a few megabytes', async () => {
      const content = 'x'.repeat(2000);
      const line = `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"${content}"}]}\n`;
      await writeFile(file('large.jsonl'), line.repeat(100_000));
      gateway.keepsBodies = false;
      const { child, exit, out } = run('submit', 'large.jsonl', '--gateway', gateway.url);
      let most = 0;
      const sampling = setInterval(() => {
        residentBytes(child.pid ?? 0).then(
          (bytes) => (most = Math.max(most, bytes)),
          // It has gone since.
          () => undefined,
        );
      }, 20);
      const [code] = await exit;
      clearInterval(sampling);

      expect(code).toBe(0);
      expect(await out).toBe('msgbatch_001\n');
      expect(gateway.asked[0]?.bodyBytes).toBeGreaterThan(200 * MEGABYTE);
      console.info(`submit: ${Math.round(most / MEGABYTE)} MB at most`);
      expect(most).toBeLessThan(260 * MEGABYTE);
    }, 120_000);
  });

  describe('watch', () => {
    it('exits with 0 when the batch has ended, with 1 if failures are to count', async () => {
      gateway.add(3);
      goOn(5, 1);

      expect(await watch('msgbatch_001', {}, terminal)).toBe(0);
      expect(await watch('msgbatch_001', { failOnError: true }, terminal)).toBe(1);
      expect(terminal.err).toContain('3 requests, 2 succeeded, 1 errored.');
    });

    it('prints a line of JSON for each change', async () => {
      gateway.add(3);
      goOn(2);

      expect(await watch('msgbatch_001', { json: true }, terminal)).toBe(0);
      const lines = terminal.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { done: number });
      expect(lines.map(({ done }) => done)).toEqual([2, 3]);
    });

    it('outlives a gateway that goes away', async () => {
      gateway.add(3);
      goOn(5);
      gateway.instead.push(
        (request) => request.socket.destroy(),
        (_, response) => response.writeHead(503).end('{"error":{"message":"Redis is away."}}'),
      );

      expect(await watch('msgbatch_001', {}, terminal)).toBe(0);
      expect(terminal.err).toMatch(/^gateway broke off \(\w+\); again in 1s\n/);
    });

    it('leaves the batch running at Ctrl-C, and says how to come back', async () => {
      gateway.add(3);
      const { child, exit, err } = run('watch', 'msgbatch_001', '--gateway', gateway.url);
      await until(
        () => gateway.asked.length,
        (asked) => asked > 0,
      );
      child.kill('SIGINT');

      expect(await exit).toEqual([130, null]);
      expect(await err).toContain(
        'The batch goes on without you.\n' +
          `  come back  switchyard batch watch msgbatch_001 --gateway ${gateway.url}\n` +
          `  stop it    switchyard batch cancel msgbatch_001 --gateway ${gateway.url}\n`,
      );
      expect(gateway.batches[0]?.status).toBe('in_progress');
    });
  });

  describe('results', () => {
    const line = (id: number): string => `{"custom_id":"line-${id}","result":{"type":"succeeded","message":{}}}\n`;
    const failed =
      '{"custom_id":"line-3","result":{"type":"errored","error":{"type":"error","error":{"type":"api_error","message":"Oh."},"request_id":null}}}\n';

    beforeEach(() => {
      const batch = gateway.add(3);
      batch.status = 'ended';
      batch.counts = { processing: 0, succeeded: 2, errored: 1, canceled: 0, expired: 0 };
      batch.results = line(1) + line(2) + failed;
    });

    it('go to a file, with a word on what failed', async () => {
      expect(await results('msgbatch_001', { output: file('out.jsonl') }, terminal)).toBe(0);
      expect(await readFile(file('out.jsonl'), 'utf8')).toBe(line(1) + line(2) + failed);
      expect(terminal.err).toContain(
        'out.jsonl: 3 results, 2 succeeded, 1 errored (271 B)\n  1 ×  api_error  line-3: Oh.\n',
      );
      expect(await readdir(folder)).not.toContain('out.jsonl.part');
    });

    it('go to standard output, with nothing else', async () => {
      expect(await results('msgbatch_001', { output: '-', json: true }, terminal)).toBe(0);
      terminal.stdout.end();
      expect(await text(terminal.stdout)).toBe(line(1) + line(2) + failed);
      expect(JSON.parse(terminal.err)).toMatchObject({ results: 3, succeeded: 2, errors: [{ customId: 'line-3' }] });
    });

    it('replace no file unless they are told to', async () => {
      await writeFile(file('mine.jsonl'), 'prompts');

      await expect(results('msgbatch_001', { output: file('mine.jsonl') }, terminal)).rejects.toThrow('--force');
      expect(await readFile(file('mine.jsonl'), 'utf8')).toBe('prompts');
      expect(await results('msgbatch_001', { output: file('mine.jsonl'), force: true }, terminal)).toBe(0);
    });

    it('are fetched anew when they were cut off', async () => {
      // The first answer is the batch itself.
      gateway.instead.push(
        (_, response) =>
          void response.end(
            JSON.stringify({
              id: 'msgbatch_001',
              processing_status: 'ended',
              archived_at: null,
              request_counts: gateway.batches[0]?.counts,
            }),
          ),
        (request, response) => void response.write(line(1), () => request.socket.destroy()),
      );

      expect(await results('msgbatch_001', { output: file('cut.jsonl') }, terminal)).toBe(0);
      expect(terminal.err).toContain('; beginning anew in 1s.');
      expect(await readFile(file('cut.jsonl'), 'utf8')).toBe(line(1) + line(2) + failed);
    });

    it('are not taken for whole when one is missing', async () => {
      const [batch] = gateway.batches;
      if (batch) batch.results = line(1) + failed;

      await expect(results('msgbatch_001', { output: file('few.jsonl') }, terminal)).rejects.toThrow(
        'The results are not those of the batch: 1 succeeded instead of 2.',
      );
      expect((await readdir(folder)).filter((name) => name.startsWith('few'))).toEqual([]);
    });

    it('are waited for', async () => {
      gateway.add(1);

      await expect(results('msgbatch_002', { output: '-' }, terminal)).rejects.toThrow(
        'msgbatch_002 has no results yet: it is in_progress.',
      );
    });
  });

  it('status tells what is known', async () => {
    const batch = gateway.add(1000);
    batch.counts = { processing: 400, succeeded: 590, errored: 10, canceled: 0, expired: 0 };

    expect(await status('msgbatch_001', {}, terminal)).toBe(0);
    expect(terminal.out).toMatch(
      /done +60 %, 600 of 1,000: 590 succeeded, 10 errored\n {2}rate +10\/s\n {2}time left +40s/,
    );
    expect(await status('msgbatch_001', { json: true }, new Kept(terminal.env))).toBe(0);
  });

  it('cancel cancels', async () => {
    gateway.add(10);

    expect(await cancel('msgbatch_001', { json: true }, terminal)).toBe(0);
    expect(JSON.parse(terminal.out)).toMatchObject({ id: 'msgbatch_001', processing_status: 'canceling' });
  });

  it('list goes from page to page', async () => {
    for (let made = 0; made < 30; made++) gateway.add(made + 1);

    await list({ limit: 20 }, terminal);
    expect(terminal.out.trimEnd().split('\n')).toHaveLength(21);
    expect(terminal.err).toBe('There are more; --all lists them.\n');
    const everything = new Kept(terminal.env);
    await list({ all: true, json: true }, everything);
    expect(JSON.parse(everything.out)).toHaveLength(30);
  });

  describe('what goes wrong', () => {
    it('at a key that is not known, says which key it was', async () => {
      terminal.env.SWITCHYARD_API_KEY = 'another';

      await expect(list({}, terminal)).rejects.toThrow(
        'answered 401: invalid x-api-key. The key was that of SWITCHYARD_API_KEY; set SWITCHYARD_API_KEY to one of the keys',
      );
    });

    it('where nobody listens, says how to start a gateway', async () => {
      const { exit, err } = run('submit', 'two.jsonl', '--gateway', `http://127.0.0.1:${await freePort()}`);

      expect(await exit).toEqual([1, null]);
      expect(await err).toMatch(/^No gateway answers at http:.* \(ECONNREFUSED\)\. Start one with npm start/);
    });

    it('at something that is no gateway, doubts the address', async () => {
      gateway.instead.push((_, response) => response.writeHead(200).end('<html>'));

      await expect(list({}, terminal)).rejects.toThrow('Is this the right address?');
    });

    it('without a key, says where one could be', async () => {
      terminal = new Kept({});
      const { exit, err } = run('list', '--gateway', gateway.url);

      expect(await exit).toEqual([1, null]);
      expect(await err).toMatch(/^There is no key to call the gateway with\. Set SWITCHYARD_API_KEY/);
    });
  });

  it('takes the address and the first key from the configuration', async () => {
    const yaml = `
listen: { port: ${gateway.port} }
providers: { main: { kind: anthropic, base_url: "https://upstream.test", credentials: [ { name: one, api_key: sk-1 } ] } }
models: { "*": { targets: [ { provider: main } ] } }
keys: [ { name: old, secret: the-key-of-yesterday, expires: 2001-01-01 }, { name: ci, secret: "\${CI_KEY}" } ]
`;
    await writeFile(file('configured.yaml'), yaml);

    expect(await list({ config: file('configured.yaml') }, new Kept({ CI_KEY: KEY }))).toBe(0);
  });

  it.each([
    ['no command', []],
    ['a priority that is none', ['submit', 'two.jsonl', '--priority', 'urgent']],
    ['results without a place', ['results', 'msgbatch_001']],
    ['a limit that is none', ['list', '--limit', '0']],
  ])('exits with 2 at %s', async (_, args) => {
    expect(await run(...args).exit).toEqual([2, null]);
  });
});
