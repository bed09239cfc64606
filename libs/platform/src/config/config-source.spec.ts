import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Config } from './config.js';
import { ConfigSource, type ConfigSourceOptions } from './config-source.js';
import type { ConfigError } from './fault.js';
import { soundBut } from './sound-file.js';

const withModel = (name: string): string => soundBut({ 4: `  ${name}: { targets: [ { provider: main } ] }` });
const FAULTY = soundBut({ 4: '  m: { targets: [ { provider: nobody } ] }' });

describe('the configuration in force', () => {
  let folder: string;
  let file: string;
  let source: ConfigSource | undefined;

  const open = async (options: ConfigSourceOptions = {}): Promise<ConfigSource> => {
    source = await ConfigSource.open(file, { env: {}, pollMs: 10, ...options });
    return source;
  };

  /** In one step: a file that is being written may be seen half. */
  const replace = async (text: string): Promise<void> => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };

  const changeOf = (opened: ConfigSource): Promise<Config> =>
    new Promise((resolve) => {
      const stop = opened.onChange((config) => {
        stop();
        resolve(config);
      });
    });

  const modelsOf = (config: Config): string[] => config.catalog.models.map(({ name }) => name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-reload-'));
    file = join(folder, 'switchyard.yaml');
    await writeFile(file, withModel('first'));
  });

  afterEach(async () => {
    source?.close();
    await rm(folder, { recursive: true });
  });

  it('follows a file that is written over', async () => {
    const opened = await open();
    const changed = changeOf(opened);

    await writeFile(file, withModel('second'));

    expect(modelsOf(await changed)).toEqual(['second']);
    expect(opened.current).toBe(await changed);
    expect(opened.reloads).toBe(1);
  });

  it('follows a file that is replaced by renaming, again and again', async () => {
    const opened = await open();

    for (const name of ['second', 'third', 'fourth']) {
      const changed = changeOf(opened);
      await replace(withModel(name));
      expect(modelsOf(await changed)).toEqual([name]);
    }
  });

  it('is not read again while its file stays the same', async () => {
    const opened = await open();
    const changed = changeOf(opened);
    await writeFile(file, withModel('second'));
    await changed;

    // A slower source has seen a change: by then the first has looked a few times more.
    const other = join(folder, 'other.yaml');
    await writeFile(other, withModel('first'));
    const slower = await ConfigSource.open(other, { env: {}, pollMs: 100 });
    const seen = changeOf(slower);
    await writeFile(other, withModel('second'));
    await seen;
    slower.close();

    expect(opened.reloads).toBe(1);
  });

  it('follows a symbolic link that is swapped, as Kubernetes does', async () => {
    await rm(file);
    for (const version of ['v1', 'v2']) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'switchyard.yaml'), withModel(version));
    }
    await symlink('v1', join(folder, '..data'));
    await symlink('..data/switchyard.yaml', file);
    const opened = await open();
    const changed = changeOf(opened);

    await symlink('v2', join(folder, '..next'));
    await rename(join(folder, '..next'), join(folder, '..data'));

    expect(modelsOf(await changed)).toEqual(['v2']);
  });

  it('stays when the new file has faults, and changes once they are mended', async () => {
    const refused = Promise.withResolvers<ConfigError>();
    const opened = await open({ onRefused: refused.resolve });
    const first = opened.current;

    await replace(FAULTY);

    expect((await refused.promise).message).toContain('there is no provider nobody');
    expect(opened.current).toBe(first);
    expect(opened.reloadFailures).toBe(1);

    const changed = changeOf(opened);
    await replace(withModel('mended'));

    expect(modelsOf(await changed)).toEqual(['mended']);
  });

  it('stays when the file is taken away', async () => {
    const onRefused = jest.fn<(error: ConfigError) => void>();
    const opened = await open({ pollMs: 60_000, onRefused });
    await rm(file);

    expect(await opened.reload()).toBe(false);
    expect(onRefused.mock.calls[0]?.[0].message).toContain('there is no such file');
    expect(modelsOf(opened.current)).toEqual(['first']);
  });

  it('is read again on SIGHUP', async () => {
    const opened = await open({ pollMs: 60_000 });
    await writeFile(file, withModel('second'));
    const changed = changeOf(opened);

    process.emit('SIGHUP');

    expect(modelsOf(await changed)).toEqual(['second']);
  });

  it('says what waits for a restart', async () => {
    const onRestartNeeded = jest.fn<(names: readonly string[]) => void>();
    const opened = await open({ pollMs: 60_000, onRestartNeeded });

    await writeFile(file, soundBut({ 7: 'listen: { port: 8080, max_in_flight: 5 }' }));
    await opened.reload();
    expect(onRestartNeeded).not.toHaveBeenCalled();

    await writeFile(file, soundBut({ 7: 'listen: { port: 9090 }\nredis: redis://r:1\nbatches: { max_open: 7 }' }));
    await opened.reload();
    expect(onRestartNeeded.mock.calls).toEqual([[['listen', 'redis', 'batches.max_open']]]);
  });

  it('keeps the signing key of a process that was given none', async () => {
    const opened = await open({ pollMs: 60_000 });
    const before = opened.current.signingKey;
    await opened.reload();

    expect(opened.current.signingKey).toBe(before);
  });

  it('is left alone once closed', async () => {
    const opened = await open();
    const listener = jest.fn();
    opened.onChange(listener);
    opened.close();

    const watched = await ConfigSource.open(file, { env: {}, pollMs: 10 });
    const seen = changeOf(watched);
    await writeFile(file, withModel('second'));
    await seen;
    watched.close();

    expect(listener).not.toHaveBeenCalled();
    expect(modelsOf(opened.current)).toEqual(['first']);
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});
