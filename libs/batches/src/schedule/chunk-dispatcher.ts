import type { ChunkOffers, Offered } from '../chunk-offers.js';
import type { Doorbell } from './doorbell.js';
import { isFull } from './is-full.js';
import { type Lane, LANES, laneOf } from './lane.js';
import type { Schedule, Scheduled } from './schedule.js';
import type { Ticket } from './ticket.js';

/** A ticket is in the queue well within this; one that is not has been lost on the way. */
const LOST_AFTER_MS = 3_000;

/** Tickets of a lane that are looked after at once. More would keep Redis from what is more urgent. */
const MOST_AT_ONCE = 500;

/**
 * Moves chunks from the schedule into the queues, just in time: only as many as the workers have places for, so that whoever comes
 * later is not behind everything that came before. Any process may do so at any time; a step that was cut off is made good by `repair`.
 */
export class ChunkDispatcher implements ChunkOffers {
  private readonly running = new Map<Lane, Promise<void>>();
  private readonly again = new Set<Lane>();
  /** Up to which generation the last repair has looked. */
  private readonly lookedTo = new Map<Lane, number>();

  constructor(
    private readonly schedule: Schedule,
    private readonly doorbell: Doorbell,
    private readonly options: {
      /** Told of what went wrong; it is tried again with the next step. */
      onError: (error: unknown) => void;
      /** Takes tickets that the queue has no room for. Without it they are lost for now, and found by `repair`. */
      onRefused?: (tickets: readonly Ticket[]) => Promise<void>;
    },
  ) {}

  /** Chunks without a result, of which nobody is said to have one. Those that are known already stay as they are. */
  async offer(work: Scheduled, chunks: readonly number[]): Promise<void> {
    await this.schedule.offer(work, chunks);
    this.nudge(laneOf(work.kind));
  }

  unknown(work: Offered, chunks: readonly number[]): Promise<readonly number[]> {
    return this.schedule.unknown(work, chunks);
  }

  async withdraw(work: Scheduled): Promise<void> {
    await this.schedule.withdraw(work);
  }

  /** Hands out what there is room for, soon. */
  nudge(lane: Lane): void {
    if (this.running.has(lane)) {
      this.again.add(lane);
      return;
    }
    const turn = this.dispatch(lane)
      .catch(this.options.onError)
      .finally(() => {
        this.running.delete(lane);
        if (this.again.delete(lane)) this.nudge(lane);
      });
    this.running.set(lane, turn);
  }

  /**
   * Looks after tickets that were handed out and are not in the queue: their chunks wait again. Resolves to how many. Where there are
   * many tickets, each call goes on where the last has left off.
   */
  async repair(): Promise<number> {
    const tickets = await Promise.all(LANES.map((lane) => this.nextOut(lane)));
    const lost = await Promise.all(
      tickets.flat().map(async (ticket) => !(await this.doorbell.holds(ticket)) && this.schedule.giveBack(ticket)),
    );
    return lost.filter(Boolean).length;
  }

  /** Resolves when no step is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private async nextOut(lane: Lane): Promise<Ticket[]> {
    const out = await this.schedule.outFor(lane, LOST_AFTER_MS);
    const from = this.lookedTo.get(lane) ?? 0;
    const isDue = ({ generation }: Ticket): boolean => generation > from;
    const inOrder = out.toSorted((one, other) => one.generation - other.generation);
    const next = [...inOrder.filter(isDue), ...inOrder.filter((ticket) => !isDue(ticket))].slice(0, MOST_AT_ONCE);
    this.lookedTo.set(lane, next.at(-1)?.generation ?? 0);
    return next;
  }

  private async dispatch(lane: Lane): Promise<void> {
    const tickets: Ticket[] = await this.schedule.dispatch(lane);
    if (tickets.length === 0) return;
    try {
      await this.doorbell.ring(tickets);
    } catch (error) {
      const { onRefused } = this.options;
      if (!onRefused || !isFull(error)) throw error;
      await onRefused(tickets);
    }
  }
}
