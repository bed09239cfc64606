import type { Priority, WorkKind } from '../work.js';

/** Jobs and batches are worked off side by side, each in a queue and with places of its own, so that neither waits for the other. */
export type Lane = 'jobs' | 'batches';

export const LANES: readonly Lane[] = ['jobs', 'batches'];

export const laneOf = (kind: WorkKind): Lane => (kind === 'job' ? 'jobs' : 'batches');

/**
 * How much a work gets against others of its own workspace. A share rather than an order: what is in the background goes on all
 * the same while there is something more urgent.
 */
export const SHARE_OF: Readonly<Record<Priority, number>> = { interactive: 16, normal: 4, background: 1 };
