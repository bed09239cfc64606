import type { ServerResponse } from 'node:http';
import { ApiError } from '#core';

/** Bounds how many requests with bodies are dealt with at once, and with them the memory that bodies and answers take. */
export class InFlightLimit {
  count = 0;

  constructor(private readonly most: () => number) {}

  /** Counts a request from before its body is read until its answer is over. Throws the 529 when the process is full. */
  enter(response: ServerResponse): void {
    if (this.count >= this.most())
      throw new ApiError('overloaded_error', `The gateway answers ${this.count} calls already; try again shortly.`, {
        headers: { 'retry-after': '1' },
      });
    this.count++;
    response.once('close', () => {
      this.count--;
    });
  }
}
