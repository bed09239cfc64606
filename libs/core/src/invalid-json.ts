/** Why a text was refused. `not-an-object` is good JSON of another kind, as far as it was read. */
export type InvalidJsonReason = 'empty' | 'syntax' | 'depth' | 'members' | 'not-an-object';

/** A JSON text that is not what it has to be, and the byte at which that showed. */
export class InvalidJson extends Error {
  readonly reason: InvalidJsonReason;
  /** Counted from zero; the length of the text when it ended too soon. */
  readonly offset: number;

  constructor(reason: InvalidJsonReason, message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'InvalidJson';
    this.reason = reason;
    this.offset = offset;
  }
}
