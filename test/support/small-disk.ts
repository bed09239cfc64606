import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (...args: string[]): void => void execFileSync('/bin/mount', args, { stdio: 'ignore' });

/** Why there may be none. */
export const NO_SMALL_DISK = 'only root may mount a small disk, on Linux';

/** A disk so small that it can be filled. Only root can have one, and only on Linux. */
export class SmallDisk {
  private constructor(
    /** Where it is mounted. */
    readonly folder: string,
    private readonly megabytes: number,
  ) {}

  /** Undefined for whoever may not mount one. */
  static mount(megabytes: number): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-disk-'));
    try {
      mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder);
      return new SmallDisk(folder, megabytes);
    } catch {
      rmSync(folder, { recursive: true });
      return undefined;
    }
  }

  /** Fills it but for what may be left of the last page; again, when room was made meanwhile. */
  async fill(): Promise<void> {
    await writeFile(this.ballast, Buffer.alloc(this.megabytes * 1024 * 1024), { flag: 'a' }).catch(() => undefined);
  }

  async makeRoom(): Promise<void> {
    await rm(this.ballast);
  }

  /** From now on it can only be read; or written again. */
  protect(how: 'ro' | 'rw'): void {
    mount('-o', `remount,${how}`, this.folder);
  }

  /** Also when something is still open there. */
  remove(): void {
    execFileSync('/bin/umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true });
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }
}
