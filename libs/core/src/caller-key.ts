/** A key that callers present. The secret itself is not kept anywhere, only its digest. */
export interface CallerKey {
  name: string;
  workspace: string;
  /** SHA-256 of the secret. */
  digest: Buffer;
  /** Names and `*` wildcards of the models it may use; undefined means all. */
  models: readonly string[] | undefined;
  /** Milliseconds since the epoch; from then on the key is refused. */
  expiresAt: number | undefined;
}
