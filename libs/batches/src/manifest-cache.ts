import { readManifest, type StoredManifest } from './manifest-file.js';
import type { Storage } from './storage/storage.js';

const ENTRIES = 64;

/** Manifests of batches read lately. They never change, and a worker wants the same one for each of a thousand chunks. */
export class ManifestCache {
  private readonly known = new Map<string, StoredManifest>();

  constructor(private readonly storage: Storage) {}

  /** Undefined when there is no such work. */
  async read(id: string): Promise<StoredManifest | undefined> {
    const known = this.known.get(id);
    if (known) return known;
    const stored = await readManifest(this.storage, id);
    // A job's is wanted once, and has its params.
    if (stored?.manifest.kind === 'batch') this.keep(id, stored);
    return stored;
  }

  /** The work was deleted. */
  drop(id: string): void {
    this.known.delete(id);
  }

  private keep(id: string, stored: StoredManifest): void {
    const oldest = this.known.keys().next();
    if (this.known.size >= ENTRIES && !oldest.done) this.known.delete(oldest.value);
    this.known.set(id, stored);
  }
}
