import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from './up/free-port.js';

/** The compiled command: `npm test` builds before it runs anything. */
const COMMAND = resolve('dist/apps/cli/src/main.js');

const SOUND = `
providers:
  main: { kind: anthropic, base_url: "https://upstream.test", credentials: [ { name: one, api_key: sk-1 }, { name: two, api_key: sk-2, weight: 3 } ] }
models:
  opus: { aliases: [big], targets: [ { provider: main } ] }
keys: [ { name: ci, secret: 0123456789abcdef, models: ["o*"], expires: 2030-01-01 } ]
listen: { drain_delay: 0s }
workspaces: { research: { budget: { usd: 5, per: day } } }
`;

describe('the switchyard command', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);

  const start = (...args: string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: { PATH: process.env.PATH } });

  const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const child = start(...args);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ]);
    return { code, out, err };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-cli-'));
    await writeFile(file('sound.yaml'), SOUND);
    await writeFile(file('faulty.yaml'), SOUND.replace('provider: main', 'provider: mian').replace('keys:', 'kees:'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('lists what there is, and nothing that is not there yet', async () => {
    const { code, out } = await run('--help');

    expect(code).toBe(0);
    expect([...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)).toEqual([
      'up',
      'gateway',
      'worker',
      'simulator',
      'check',
      'explain',
      'batch',
      'help',
    ]);
  });

  it('prints its version', async () => {
    expect(await run('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each([
    ['no command', [], 'Usage: switchyard'],
    ['an unknown command', ['chekc'], 'Did you mean check?'],
    ['an unknown option', ['check', '--jsno'], 'Did you mean --json?'],
    ['a port that is none', ['gateway', '--port', '70000'], 'Write a port from 0 to 65535'],
    ['an argument too many', ['check', 'sound.yaml'], 'too many arguments'],
  ])('exits with 2 at %s', async (_, args, hint) => {
    const { code, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toContain(hint);
  });

  it('tells what a sound configuration amounts to', async () => {
    const { code, out } = await run('check', '--config', 'sound.yaml');

    expect(code).toBe(0);
    expect(out).toContain('sound.yaml is sound: 1 provider, 1 model, 1 key.');
    expect(out).toContain('  main  anthropic  https://upstream.test  one, two\n');
    expect(out).toContain('  opus, big  main/one/opus 25% + main/two/opus 75%\n');
    expect(out).toContain('  ci  default  o*  until 2030-01-01T00:00:00.000Z\n');
    expect(out).toContain('sound.yaml:8:27  workspaces.research.budget: is accepted and not enforced');
    expect(out).not.toMatch(/sk-1|0123456789abcdef/);
  });

  it('lists every fault and exits with 1', async () => {
    const { code, out, err } = await run('check', '--config', 'faulty.yaml');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.split('\n')).toEqual([
      'faulty.yaml:5:50  models.opus.targets.0.provider: there is no provider mian; did you mean main?',
      'faulty.yaml:6:1  kees: is not a name known here; did you mean keys?',
      '',
      '2 faults: this configuration would be refused.',
      '',
    ]);
  });

  it('says the same in JSON', async () => {
    const sound = await run('check', '--config', 'sound.yaml', '--json');
    const faulty = await run('check', '--config', 'faulty.yaml', '--json');

    expect(JSON.parse(sound.out)).toMatchObject({
      ok: true,
      models: [{ name: 'opus', aliases: ['big'], tiers: [['main/one/opus 25%', 'main/two/opus 75%']] }],
      warnings: [{ line: 8, path: 'workspaces.research.budget' }],
    });
    expect(JSON.parse(faulty.out)).toMatchObject({ ok: false, faults: [{ line: 5 }, { line: 6, path: 'kees' }] });
  });

  it('asks for a configuration where there is none', async () => {
    expect(await run('check')).toMatchObject({
      code: 1,
      err: expect.stringContaining('switchyard.yaml  there is no such file; copy'),
    });
  });

  it('exits with 1 when a provider cannot be reached', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    await writeFile(file('away.yaml'), SOUND.replace('https://upstream.test', nowhere));
    const { code, out } = await run('check', '--config', 'away.yaml', '--live');

    expect(code).toBe(1);
    expect(out).toMatch(/main\/one {2}- {2}\d+ ms {2}cannot be reached \(ECONNREFUSED\)/);
  });

  it('does not start a gateway that could not work', async () => {
    const { code, err } = await run('gateway', '--config', 'faulty.yaml');

    expect(code).toBe(1);
    expect(err).toBe(
      'faulty.yaml:5:50  models.opus.targets.0.provider: there is no provider mian; did you mean main?\n' +
        'faulty.yaml:6:1  kees: is not a name known here; did you mean keys?\n',
    );
  });

  it.each([
    [
      'gateway',
      ['gateway', '--config', 'sound.yaml', '--port', '0'],
      /^switchyard gateway listening on (http:\/\/127\.0\.0\.1:\d+)$/,
    ],
    ['simulator', ['simulator', '--port', '0'], /^switchyard simulator is ready on (http:\/\/127\.0\.0\.1:\d+)$/],
  ])('runs a %s until SIGTERM', async (_, args, ready) => {
    const child = start(...args);
    const exit = once(child, 'exit');
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) if ((url = ready.exec(line)?.[1])) break;
    await fetch(`${url}/health/live`);
    child.kill('SIGTERM');

    expect(await exit).toEqual([0, null]);
  });
});
