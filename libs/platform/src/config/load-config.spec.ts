import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configFile, loadConfig } from './load-config.js';
import { soundBut } from './sound-file.js';

describe('the configuration file', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
    file = join(folder, 'switchyard.yaml');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is the one named on the command line, else in the environment, else ./switchyard.yaml', () => {
    const env = { SWITCHYARD_CONFIG: '/etc/switchyard.yaml' };

    expect(configFile('mine.yaml', env)).toBe('mine.yaml');
    expect(configFile(undefined, env)).toBe('/etc/switchyard.yaml');
    expect(configFile(undefined, {})).toBe('switchyard.yaml');
  });

  it('is read with the environment', async () => {
    await writeFile(file, soundBut({ 7: 'listen: { port: "${P}" }' }));

    expect((await loadConfig(file, { P: '81' })).listen.port).toBe(81);
  });

  it('is refused with every fault, one a line', async () => {
    await writeFile(file, soundBut({ 3: 'modles:', 7: 'listen: { port: x }' }));

    await expect(loadConfig(file, {})).rejects.toThrow(
      [
        `${file}:1:1  models: is missing; write one model or more, by name; "*" stands for every other name`,
        `${file}:3:1  modles: is not a name known here; did you mean models?`,
        `${file}:7:17  listen.port: is "x"; write a port from 0 to 65535; 0 takes any free one`,
      ].join('\n'),
    );
  });

  it('is asked for when it is missing', async () => {
    await expect(loadConfig(file, {})).rejects.toThrow(
      `${file}  there is no such file; copy examples/switchyard.yaml to ${file}, or name yours in SWITCHYARD_CONFIG`,
    );
  });

  it('must be a file', async () => {
    await expect(loadConfig(folder, {})).rejects.toThrow(
      `${folder}  cannot be read (EISDIR); make it a file that this user may read`,
    );
  });
});
