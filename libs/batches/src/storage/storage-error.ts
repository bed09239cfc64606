/**
 * What kept a store from doing as it was told. Whoever asked decides by the code; the message tells an operator what to do.
 *
 * - `missing`: there is no such object, or no such bucket.
 * - `full`: no space or quota is left.
 * - `away`: it does not answer, or answers with errors of its own. Trying again later may help.
 * - `denied`: it may not be done: rights, a read-only place, a path that is none.
 * - `corrupt`: what was read back is not what was written.
 */
export type StorageErrorCode = 'missing' | 'full' | 'away' | 'denied' | 'corrupt';

/** The only error a `Storage` fails with, but for one thrown by the body that it was given to write. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
