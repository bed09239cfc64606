import type { Redis } from 'ioredis';
import type { SealHeader } from '../seal/seal-header.js';
import type { Chunk, Manifest } from '../work.js';
import { keys } from './keys.js';
import { runScript } from './script.js';
import { CLAIM, RAISE_EPOCHS, RELEASE, RENEW } from './scripts/claiming.js';
import { COMMIT, RECOUNT, SEAL } from './scripts/recording.js';

/** How long a chunk stays its holder's without a sign of life. A killed worker's chunk runs on elsewhere after this. */
export const LEASE_MS = 10_000;

/** A chunk that somebody holds. */
export interface ChunkClaim {
  work: Manifest;
  chunk: Chunk;
  /** When it was taken, in milliseconds by the clock of Redis; higher each time that the chunk is taken. */
  epoch: number;
  /** Of one taking alone. */
  token: string;
  /** When anything of the work was first taken. */
  startedAt: number;
  /** Of a job: how often it was sent before, by workers that were lost or stopped. */
  resent: number;
}

/** Why a chunk cannot be had: somebody holds it; it is sealed; the work is over; Redis does not know the work. */
export type NotClaimed = 'held' | 'sealed' | 'over' | 'missing';

/** A line that is in a log, as Redis counts it. */
export interface CountedLine {
  /** In the chunk, from 0. */
  line: number;
  letter: 's' | 'e';
  /** Name of the log. */
  log: string;
  usage: Readonly<Record<string, number>>;
}

/** Entries are rounded, because Redis counts in whole numbers. */
const usagePairs = (usage: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(usage).map(([kind, amount]) => [kind, Math.round(amount)]);

/** Who runs which chunk, and what has come of its lines so far. Every method may run twice for one call. */
export class ChunkClaims {
  constructor(private readonly redis: Redis) {}

  /** `run` takes a chunk to run it; `end` and `force` to seal what there is of it, `force` from a live holder too. */
  async claim(
    work: Manifest,
    chunk: Chunk,
    { token, purpose }: { token: string; purpose: 'run' | 'end' | 'force' },
  ): Promise<ChunkClaim | NotClaimed> {
    const of = [keys.work(work.id), keys.claims(work.id), keys.sealed(work.id)];
    const args = [chunk.index, token, LEASE_MS, purpose];
    const answer = (await runScript(this.redis, CLAIM, of, args)) as [string, number, number, number];
    const [code, epoch, resent, startedAt] = answer;
    if (code !== 'CLAIMED') return code.toLowerCase() as NotClaimed;
    return { work, chunk, epoch, token, startedAt, resent };
  }

  /** `over`: it is still held, but nothing may be run any more. `stale`: it is somebody else's, or final. */
  async renew({ work, chunk, token, epoch }: ChunkClaim): Promise<'kept' | 'over' | 'stale' | 'missing'> {
    const of = [keys.work(work.id), keys.claims(work.id), keys.sealed(work.id)];
    const state = (await runScript(this.redis, RENEW, of, [chunk.index, token, LEASE_MS, epoch])) as string;
    return state.toLowerCase() as 'kept' | 'over' | 'stale' | 'missing';
  }

  /** Gives a chunk back. `sent`: calls of a job that will be sent again. */
  async release({ work, chunk, token }: ChunkClaim, sent = 0): Promise<void> {
    await runScript(this.redis, RELEASE, [keys.claims(work.id), keys.work(work.id)], [chunk.index, token, sent]);
  }

  /** Counts lines whose records are durable. Lines that were counted before are left as they are. */
  async commit(
    { work, chunk, token }: ChunkClaim,
    lines: readonly CountedLine[],
  ): Promise<'recorded' | 'stale' | 'over' | 'missing'> {
    const entries = lines.map(({ line, letter, log, usage }) => [line, letter, log, usagePairs(usage)]);
    const args = [chunk.index, token, chunk.firstLine, JSON.stringify(entries)];
    const [code] = (await runScript(this.redis, COMMIT, this.countingKeys(work, chunk), args)) as [string];
    return code.toLowerCase() as 'recorded' | 'stale' | 'over' | 'missing';
  }

  /** The log that has the counted result, by line of the chunk. */
  async winners(work: Manifest, chunk: Chunk): Promise<ReadonlyMap<number, string>> {
    const hash = await this.redis.hgetall(keys.winners(work.id, chunk.index));
    return new Map(
      Object.entries(hash).flatMap(([line, winner]) => (/^\d+$/.test(line) ? [[Number(line), winner.slice(1)]] : [])),
    );
  }

  /** Makes Redis agree with a chunk that is sealed in storage. True: it was the last of its work. */
  async seal(work: Manifest, chunk: Chunk, { statuses, usage, duplicateCalls }: SealHeader): Promise<boolean> {
    const of = [...this.countingKeys(work, chunk), keys.sealed(work.id)];
    const args = [chunk.index, chunk.firstLine, statuses, JSON.stringify(usagePairs(usage)), duplicateCalls];
    const [code, last] = (await runScript(this.redis, SEAL, of, args)) as [string, number];
    return code === 'SEALED' && last === 1;
  }

  /** After a loss: epochs go on above all those seen, by chunk. */
  async raiseEpochs(work: Manifest, seen: ReadonlyMap<number, number>): Promise<void> {
    if (seen.size > 0)
      await runScript(this.redis, RAISE_EPOCHS, [keys.claims(work.id), keys.sealed(work.id)], [...seen].flat());
  }

  /** After a failed check: counts from nothing, to be filled again from storage and by those who run. `restore` names the restore that follows. */
  async recount(work: Manifest, restore: string): Promise<void> {
    const winners = work.chunks.map(({ index }) => keys.winners(work.id, index));
    const of = [keys.work(work.id), keys.done(work.id), keys.sealed(work.id), keys.load(work.workspace), ...winners];
    await runScript(this.redis, RECOUNT, of, [restore]);
  }

  private countingKeys(work: Manifest, chunk: Chunk): string[] {
    const { id, workspace } = work;
    return [keys.work(id), keys.claims(id), keys.done(id), keys.winners(id, chunk.index), keys.load(workspace)];
  }
}
