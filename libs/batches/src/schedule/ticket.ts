import type { Lane } from './lane.js';

/** A chunk that was handed out: what stands in the queue, and all of it. */
export interface Ticket {
  lane: Lane;
  work: string;
  chunk: number;
  /** Another one each time that the chunk is handed out. */
  generation: number;
}

/** The name of a ticket in the queue; adding it twice adds it once. */
export const ticketId = ({ work, chunk, generation }: Ticket): string => `${work}-${chunk}-${generation}`;
