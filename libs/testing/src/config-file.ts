import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Section } from './test-config.js';

/** A configuration in a folder of its own, which any number of processes may read. */
export class ConfigFile {
  private constructor(
    private readonly folder: string,
    readonly path: string,
  ) {}

  static async write(config: Section): Promise<ConfigFile> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-test-'));
    const file = new ConfigFile(folder, join(folder, 'switchyard.yaml'));
    await writeFile(file.path, JSON.stringify(config, null, 2));
    return file;
  }

  /** Puts another configuration in its place at one stroke; text is written as it is. */
  async rewrite(config: Section | string): Promise<void> {
    const beside = `${this.path}.new`;
    await writeFile(beside, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
    await rename(beside, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
