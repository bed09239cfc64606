import { type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { Ticket } from './ticket.js';

/** A queue's worker that tells of each time that it has really asked the queue for something to do. */
export class FetchingWorker extends Worker<Ticket, void> {
  /** On the clock of `performance.now`. */
  fetchedAt = performance.now();

  constructor(name: string, processor: Processor<Ticket, void>, options: WorkerOptions) {
    super(name, processor, options);
  }

  protected override async moveToActive(token: string, name?: string) {
    const job = await super.moveToActive(token, name);
    this.fetchedAt = performance.now();
    return job;
  }
}
