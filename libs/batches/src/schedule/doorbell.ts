import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Lane, LANES } from './lane.js';
import { queueOptions } from './queue-settings.js';
import { type Ticket, ticketId } from './ticket.js';

/** Puts tickets in the queues, where the workers wait. */
export class Doorbell {
  private readonly queues: Readonly<Record<Lane, Queue>>;

  constructor(connection: Redis, onError: (error: Error) => void) {
    const open = (lane: Lane): Queue => new Queue(lane, queueOptions(connection)).on('error', onError);
    this.queues = { jobs: open('jobs'), batches: open('batches') };
  }

  /** Not all or none: whatever is not in the queue afterwards has to be added again, which does not add it twice. */
  async ring(tickets: readonly Ticket[]): Promise<void> {
    await Promise.all(
      LANES.map((lane) => {
        const here = tickets.filter((ticket) => ticket.lane === lane);
        return this.queues[lane].addBulk(
          here.map((ticket) => ({ name: 'chunk', data: ticket, opts: { jobId: ticketId(ticket) } })),
        );
      }),
    );
  }

  /** Whether the queue knows of the ticket, and somebody has it or will get it. */
  async holds(ticket: Ticket): Promise<boolean> {
    return (await this.queues[ticket.lane].getJobState(ticketId(ticket))) !== 'unknown';
  }

  /** Tickets that nobody has taken yet. */
  waiting(lane: Lane): Promise<number> {
    return this.queues[lane].getWaitingCount();
  }

  async close(): Promise<void> {
    await Promise.all(LANES.map((lane) => this.queues[lane].close()));
  }
}
