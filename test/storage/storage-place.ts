import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage, type Storage } from '#batches';
import type { StorageAddress } from '#core';
import { type S3Server, startS3Server } from './s3-server.js';

/** The kinds of storage that there are. */
export const STORAGE_KINDS = ['file', 's3'] as const;

export type StorageKind = (typeof STORAGE_KINDS)[number];

/** An empty place to store in, of either kind: a folder, or a bucket on a server of its own. */
export class StoragePlace {
  private constructor(
    private readonly folder: string,
    private readonly server: S3Server | undefined,
  ) {}

  static async open(kind: StorageKind): Promise<StoragePlace> {
    const folder = await mkdtemp(join(tmpdir(), `switchyard-${kind}-`));
    return new StoragePlace(folder, kind === 's3' ? await startS3Server(folder) : undefined);
  }

  /** For processes, which need `env` too. */
  get address(): StorageAddress {
    return this.server ? this.server.address : { kind: 'file', folder: this.folder };
  }

  /** The same as a configuration has it. */
  get setting(): string {
    const { address } = this;
    return address.kind === 'file' ? `file:${address.folder}` : `s3://${address.bucket}`;
  }

  /** What a process has to be told beside the address. */
  get env(): NodeJS.ProcessEnv {
    return this.server?.env ?? {};
  }

  /** As a process of its own would. */
  openStorage(): Promise<Storage> {
    return this.server ? this.server.open('') : openStorage(this.address);
  }

  /** The files on this machine in which a log is, for who wants to damage it: one in a folder, one for each part in a bucket. */
  async filesOfLog(path: string): Promise<string[]> {
    if (!this.server) return [join(this.folder, path)];
    const parts = join(this.folder, this.server.address.bucket, path);
    return (await readdir(parts)).filter((name) => name.endsWith('_object')).map((name) => join(parts, name));
  }

  async close(): Promise<void> {
    await this.server?.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
