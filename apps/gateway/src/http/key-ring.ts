import { hash, timingSafeEqual } from 'node:crypto';
import type { CallerKey } from '#core';

const NOBODY = Buffer.alloc(32);

/** Finds keys by what callers present. Knows digests only. */
export class KeyRing {
  private readonly byDigest: ReadonlyMap<string, CallerKey>;

  constructor(keys: readonly CallerKey[]) {
    this.byDigest = new Map(keys.map((key) => [key.digest.toString('latin1'), key]));
  }

  /**
   * The secrets are random, so a plain hash is as good as a slow one and its lookup tells nothing of the secret;
   * the digests are still compared in constant time, also when there is nothing to compare with.
   */
  find(secret: string): CallerKey | undefined {
    const digest = hash('sha256', secret, 'buffer');
    const key = this.byDigest.get(digest.toString('latin1'));
    return timingSafeEqual(digest, key?.digest ?? NOBODY) ? key : undefined;
  }
}
