import { Worker } from 'bullmq';
import { isFull } from './is-full.js';
import type { Ticket } from './ticket.js';

/** A queue's worker that tells when it has last really asked the queue for something to do. */
export class FetchingWorker extends Worker<Ticket, void> {
  /** On the clock of `performance.now`. */
  fetchedAt = performance.now();

  protected override async moveToActive(token: string, name?: string) {
    try {
      const job = await super.moveToActive(token, name);
      this.fetchedAt = performance.now();
      return job;
    } catch (error) {
      // Who is refused has asked. Chunks come another way then, and only to workers that count as alive.
      if (isFull(error)) this.fetchedAt = performance.now();
      throw error;
    }
  }
}
