import { hkdfSync, randomBytes } from 'node:crypto';

const LENGTH = 32;

/** Made anew by every process, for configurations that fix no key. Reloading does not change it. */
const OF_THIS_PROCESS = randomBytes(LENGTH);

/**
 * The key of signatures that callers carry: derived (HKDF-SHA256, RFC 5869) from a configured secret, so that replicas agree
 * on it and the secret cannot be had from it; else one that only this process knows.
 */
export const deriveSigningKey = (secret: string | undefined): Buffer =>
  secret === undefined
    ? OF_THIS_PROCESS
    : Buffer.from(hkdfSync('sha256', secret, '', 'switchyard signing key 1', LENGTH));
