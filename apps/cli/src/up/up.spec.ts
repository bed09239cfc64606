import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from './free-port.js';
import { pingRedis } from './ping-redis.js';

/** The compiled command: `npm test` builds before it runs anything. */
const COMMAND = resolve('dist/apps/cli/src/main.js');

/** A `switchyard up` in a folder of its own. */
class Running {
  output = '';
  readonly exit: Promise<unknown[]>;
  readonly #process: ChildProcessWithoutNullStreams;
  #arrived = Promise.withResolvers<void>();

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn(process.execPath, [COMMAND, 'up'], { cwd: folder, env: { PATH: process.env.PATH, ...env } });
    this.exit = once(this.#process, 'close');
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#arrived.resolve();
        this.#arrived = Promise.withResolvers();
      });
  }

  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      const ended = this.exit.then(() => {
        throw new Error(`It ended without ${pattern}:\n${this.output}`);
      });
      await Promise.race([this.#arrived.promise, ended]);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }
}

const linesToPaste = async (running: Running): Promise<string[]> => {
  await running.said(/"stream":true.*\n/);
  return running.output.split('\n').filter((line) => line.startsWith('curl '));
};

const paste = async (line: string): Promise<string> => (await promisify(execFile)('sh', ['-c', line])).stdout;

const refuses = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    () => true,
  );

/** Runs a line that begins with `npx switchyard`, with the command that is tested and nothing around it. */
const runLine = async (line: string, folder: string): Promise<string> => {
  const args = line.split(' ').slice(2);
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args], { cwd: folder, env: {} });
  return stdout;
};

describe('switchyard up', () => {
  let folder: string;
  let running: Running | undefined;

  const up = (env: NodeJS.ProcessEnv): Running => {
    running = new Running(folder, env);
    return running;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-up-'));
  });

  afterEach(async () => {
    running?.signal('SIGTERM');
    await running?.exit;
    await rm(folder, { recursive: true });
  });

  it('prints lines that work, and leaves nothing behind', async () => {
    const started = up({ PORT: String(await freePort()) });
    const [whole = '', streamed = ''] = await linesToPaste(started);

    expect(JSON.parse(await paste(whole))).toMatchObject({ type: 'message', role: 'assistant' });
    expect(await paste(streamed)).toMatch(/^event: message_start\n[^]*event: message_stop\n/);

    const [why = ''] = await started.said(/npx switchyard explain .*/);
    expect(await runLine(why, folder)).toMatch(/^claude-sonnet-4-5 would most likely go to messages\/(first|second)\//);

    const [, gateway = ''] = await started.said(/is up at (\S+);/);
    const [, simulator = ''] = await started.said(/simulator is ready on (\S+)/);
    const [port = ''] = (await readFile(join(folder, 'data/redis/running'), 'utf8')).split(' ');
    started.signal('SIGINT');

    expect(await started.exit).toEqual([0, null]);
    expect(await Promise.all([refuses(gateway), refuses(simulator)])).toEqual([true, true]);
    await expect(pingRedis(`redis://127.0.0.1:${port}`)).rejects.toThrow('ECONNREFUSED');
  }, 120_000);

  it('takes the next port when its own is taken, and says so', async () => {
    const taken = await freePort();
    const other = createServer().listen(taken, '127.0.0.1');
    await once(other, 'listening');
    const started = up({ PORT: String(taken) });

    const [, port] = await started.said(new RegExp(`port ${taken} is taken; using (\\d+)`));
    const [whole = ''] = await linesToPaste(started);
    expect(whole).toContain(`http://127.0.0.1:${port}/`);
    expect(JSON.parse(await paste(whole))).toMatchObject({ type: 'message' });
    other.close();
  }, 120_000);

  it('starts nothing when a given Redis does not answer', async () => {
    const started = up({ REDIS_URL: `redis://:secret@127.0.0.1:${await freePort()}` });

    expect(await started.exit).toEqual([1, null]);
    expect(started.output).toMatch(/^redis:\/\/:\*\*\*@127\.0\.0\.1:\d+ does not answer .*\n$/);
  });

  it('starts nothing with a configuration that has faults', async () => {
    await writeFile(join(folder, 'switchyard.yaml'), 'providers: {}\nmodels: {}\n');
    const started = up({});

    expect(await started.exit).toEqual([1, null]);
    expect(started.output.split('\n')).toEqual([
      'switchyard.yaml:1:1  providers: is empty; write one provider or more, by name',
      'switchyard.yaml:2:1  models: is empty; write one model or more, by name; "*" stands for every other name',
      '',
    ]);
  });

  it('runs the configuration that is there, on the Redis that it names', async () => {
    await writeFile(
      join(folder, 'switchyard.yaml'),
      [
        'redis: redis://127.0.0.1:1',
        'listen: { port: 0 }',
        'providers: { main: { kind: anthropic, base_url: "http://127.0.0.1:1", credentials: [ { name: a, api_key: x } ] } }',
        'models: { opus: { targets: [ { provider: main } ] } }',
        'keys: [ { name: ci, secret: 0123456789abcdef } ]',
      ].join('\n'),
    );
    const started = up({});

    await started.said(/configuration {2}switchyard\.yaml\n {2}redis {10}as configured\n/);
    const [whole] = await linesToPaste(started);
    expect(whole).toContain('"x-api-key: $SWITCHYARD_KEY"');
    expect(whole).toContain('"model":"opus"');
    expect(started.output).not.toContain('switchyard explain');
  });
});
