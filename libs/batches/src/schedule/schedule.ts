import type { Redis } from 'ioredis';
import { runScript } from '../redis/script.js';
import type { Offered } from '../chunk-offers.js';
import type { Manifest } from '../work.js';
import { type Lane, LANES, laneOf, SHARE_OF } from './lane.js';
import { WORKERS_KEY } from './roster.js';
import { DISPATCH, DONE, OFFER, RETURN, WITHDRAW } from './schedule-scripts.js';
import type { Ticket } from './ticket.js';
import { UNKNOWN } from './unknown-script.js';

/** What the schedule reads of a manifest. */
export type Scheduled = Pick<Manifest, 'id' | 'kind' | 'workspace' | 'priority' | 'chunks'>;

/** Bytes of a request that weigh as much as its being one more. */
const BYTES_PER_LINE = 4096;

/** What one chunk of the work costs, in lines of ordinary length. Chunks of one work are much alike, so that their mean will do. */
const costOf = ({ chunks }: Scheduled): number => {
  const cost = chunks.reduce((sum, { lines, bytes }) => sum + lines + bytes / BYTES_PER_LINE, 0);
  return Math.max(1, Math.round(cost / Math.max(1, chunks.length)));
};

const keyOf = (lane: Lane): string => `sw:{b}:due:${lane}`;

/** A number of the roster's lines: 1 is the time until which they hold. */
const placeOf = (lane: Lane): number => LANES.indexOf(lane) + 2;

/**
 * Which chunk is next. Kept in Redis for all processes, each step of it one script, so that anybody may take any step at any time;
 * it holds ids only and can be made again from the manifests by offering what has no result yet.
 */
export class Schedule {
  constructor(
    private readonly redis: Redis,
    /** A workspace's share against the others, above 0. */
    private readonly weightOf: (workspace: string) => number,
  ) {}

  /** Lets chunks wait for their turn. Those that wait already, or were handed out, are left as they are. Gives how many are new. */
  async offer(work: Scheduled, chunks: readonly number[]): Promise<number> {
    const about = [this.weightOf(work.workspace), SHARE_OF[work.priority], costOf(work)];
    const args = [work.id, work.workspace, ...about, work.kind === 'job' ? 1 : 0, ...chunks];
    return Number(await runScript(this.redis, OFFER, [keyOf(laneOf(work.kind))], args));
  }

  /** Those of these chunks that neither wait for their turn nor were handed out. */
  async unknown({ id, kind, workspace }: Offered, chunks: readonly number[]): Promise<number[]> {
    const args = [id, workspace, this.weightOf(workspace), ...chunks];
    return (await runScript(this.redis, UNKNOWN, [keyOf(laneOf(kind))], args)) as number[];
  }

  /** Takes the next chunks, as many as the workers have places for. */
  async dispatch(lane: Lane): Promise<Ticket[]> {
    const flat = (await runScript(this.redis, DISPATCH, [keyOf(lane), WORKERS_KEY], [placeOf(lane)])) as string[];
    const tickets: Ticket[] = [];
    for (let at = 0; at + 2 < flat.length; at += 3)
      tickets.push({ lane, work: String(flat[at]), chunk: Number(flat[at + 1]), generation: Number(flat[at + 2]) });
    return tickets;
  }

  /** The chunk needs nobody any more: it is finished, or its work has ended. */
  async done(ticket: Ticket): Promise<void> {
    await runScript(this.redis, DONE, [keyOf(ticket.lane)], entry(ticket));
  }

  /** The chunk was handed out and is not finished; it waits again. False: it has been handed out anew since. */
  async giveBack(ticket: Ticket): Promise<boolean> {
    return (await runScript(this.redis, RETURN, [keyOf(ticket.lane)], entry(ticket))) === 1;
  }

  /** Nothing more of the work is handed out, because it was canceled or has ended. */
  async withdraw(work: Pick<Manifest, 'id' | 'kind' | 'workspace'>): Promise<void> {
    await runScript(this.redis, WITHDRAW, [keyOf(laneOf(work.kind))], [work.id, work.workspace]);
  }

  /** What was handed out so long ago, or longer. */
  async outFor(lane: Lane, ms: number): Promise<Ticket[]> {
    const [out, [seconds]] = await Promise.all([this.redis.hgetall(`${keyOf(lane)}:out`), this.redis.time()]);
    const since = Number(seconds) * 1000 - ms;
    return Object.entries(out).flatMap(([name, value]) => {
      const at = name.lastIndexOf('/');
      const [generation, handedOut] = value.split(' ');
      const ticket = {
        lane,
        work: name.slice(0, at),
        chunk: Number(name.slice(at + 1)),
        generation: Number(generation),
      };
      return Number(handedOut) <= since ? [ticket] : [];
    });
  }
}

const entry = ({ work, chunk, generation }: Ticket): (string | number)[] => [work, chunk, generation];
