import { Worker } from 'bullmq';
import type { Ticket } from './ticket.js';

/** A queue's worker that tells when it has last really asked the queue for something to do. */
export class FetchingWorker extends Worker<Ticket, void> {
  /** On the clock of `performance.now`. */
  fetchedAt = performance.now();

  protected override async moveToActive(token: string, name?: string) {
    const job = await super.moveToActive(token, name);
    this.fetchedAt = performance.now();
    return job;
  }
}
