import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Section } from './test-config.js';

/**
 * A configuration in a folder of its own, which any number of processes may read. Unless it says otherwise, what they store is put there
 * too, and not where somebody who works here may have something of theirs.
 */
export class ConfigFile {
  private constructor(
    private readonly folder: string,
    readonly path: string,
  ) {}

  static async write(config: Section): Promise<ConfigFile> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-test-'));
    const file = new ConfigFile(folder, join(folder, 'switchyard.yaml'));
    await writeFile(file.path, file.text(config));
    return file;
  }

  /** Puts another configuration in its place at one stroke; text is written as it is. */
  async rewrite(config: Section | string): Promise<void> {
    const beside = `${this.path}.new`;
    await writeFile(beside, typeof config === 'string' ? config : this.text(config));
    await rename(beside, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private text(config: Section): string {
    return JSON.stringify({ storage: `file:${join(this.folder, 'data')}`, ...config }, null, 2);
  }
}
