import { ApiError } from '#core';

/** Bounds how many calls are answered at once, and with them the memory that calls can take. */
export class InFlightLimit {
  count = 0;

  constructor(private readonly most: () => number) {}

  /** Throws the 529 when the process is full. */
  enter(): void {
    if (this.count >= this.most())
      throw new ApiError(
        'overloaded_error',
        `The gateway is answering ${this.count} calls already; try again shortly.`,
        {
          headers: { 'retry-after': '1' },
        },
      );
    this.count++;
  }

  leave(): void {
    this.count--;
  }
}
