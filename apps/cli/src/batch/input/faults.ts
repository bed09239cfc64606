import { Failure } from '../../failure.js';

const MOST = 10;

/** What is wrong with an input, line by line: all of it up to a screenful, so that a file is mended in one go. */
export class Faults {
  private readonly found: string[] = [];

  constructor(private readonly name: string) {}

  /** Throws `Failure` when there are too many to go on. */
  add(line: number, message: string): void {
    this.found.push(`${this.name}:${line}  ${message}`);
    if (this.found.length === MOST) this.fail(' These are the first; there may be more.');
  }

  /** Throws `Failure` with all that were found. */
  check(): void {
    if (this.found.length > 0) this.fail('');
  }

  private fail(more: string): never {
    throw new Failure(`${this.found.join('\n')}\n\nNothing was sent.${more}`);
  }
}
