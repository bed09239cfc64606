/** A worker cannot run like this. The message says why, and what to do; a stack would add nothing. */
export class Unfit extends Error {
  // The command line prints failures of this name as they are.
  override readonly name = 'Failure';
}
