import type { Redis } from 'ioredis';
import type { EndRecord } from '../end/end-record.js';
import type { Manifest, PageRequest, WorkKind } from '../work.js';
import { keys } from './keys.js';
import { runScript, type Script } from './script.js';
import { ARCHIVE, CANCEL, CLOSE, END } from './scripts/ending.js';
import { LOOK, PAGE } from './scripts/looking.js';
import { fromHash, readCounts, readUsage, type StoredWork } from './work-hash.js';

const asPairs = (flat: readonly string[]): Record<string, string> =>
  Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));

/** A claim of a chunk as it stands in Redis. `owner` is empty when it was given back. */
export interface StoredClaim {
  chunk: number;
  owner: string;
  /** By the clock of Redis. */
  live: boolean;
}

type Unclosed = 'missing' | 'ended' | 'open' | 'wrong' | 'restoring';

export type Closing =
  /**
   * `wrong`: the counts do not agree with each other; they want to be made anew first. `restoring`: storage may know of answers that
   * Redis does not know of.
   */
  | { state: Unclosed }
  | { state: 'busy'; overForMs: number; claims: readonly StoredClaim[] }
  | {
      state: 'closed';
      closedAt: number;
      canceled: boolean;
      sealed: Buffer;
      counted: Pick<EndRecord, 'startedAt' | 'counts' | 'usage' | 'duplicateCalls'>;
    };

export interface Look {
  /** The counts agree with the marks of lines and chunks. */
  counted: boolean;
  /** Nothing is left to run: it wants to be ended. */
  complete: boolean;
  /** Unsealed chunks that nobody holds; none of a work that is over. */
  idle: readonly number[];
  /** Somebody tells Redis what storage knows of it, or has died while doing so. */
  restoring: boolean;
}

/**
 * What Redis knows of works: written only by scripts that may run twice for one call. Nothing here is the truth; storage is.
 * Every method rejects with what Redis or the connection says.
 */
export class WorkStates {
  constructor(private readonly redis: Redis) {}

  async find(id: string): Promise<StoredWork | undefined> {
    return fromHash(await this.redis.hgetall(keys.work(id)));
  }

  /** Undefined when the page is to begin at an id that is not in the list. */
  async page(
    workspace: string,
    kind: WorkKind,
    { limit, afterId, beforeId }: PageRequest,
  ): Promise<{ works: StoredWork[]; more: boolean } | undefined> {
    const way = afterId === undefined ? 'before' : 'after';
    const from = afterId ?? beforeId;
    const args = [limit, from ?? '', from === undefined ? '' : way];
    const [code, more, ...ids] = (await this.run(PAGE, [keys.list(kind, workspace)], args)) as [
      string,
      number,
      ...string[],
    ];
    if (code === 'UNKNOWN') return undefined;
    const found = await Promise.all(ids.map((id) => this.find(id)));
    return { works: found.filter((work) => work !== undefined), more: more === 1 };
  }

  /** To be asked for when its mark is in storage. */
  async cancel(id: string, at: number): Promise<void> {
    await this.run(CANCEL, [keys.work(id), keys.canceling], [id, at, keys.news]);
  }

  /** Finds out whether a work can end, and fixes what it ends with. */
  async close(id: string): Promise<Closing> {
    const of = [keys.work(id), keys.claims(id), keys.sealed(id), keys.done(id), keys.ready];
    const [code, ...rest] = await this.runForBuffers(CLOSE, of);
    const word = String(code);
    if (word === 'BUSY')
      return { state: 'busy', overForMs: Number(rest[1]), claims: readClaims(Number(rest[0]), texts(rest[2])) };
    if (word !== 'CLOSED') return { state: word.toLowerCase() as Unclosed };
    const hash = asPairs(texts(rest[0]));
    const { canceled: _, expired: __, ...counted } = readCounts(hash);
    return {
      state: 'closed',
      closedAt: Number(hash.closing),
      canceled: hash.cancelInitiatedAt !== undefined,
      sealed: Buffer.isBuffer(rest[1]) ? rest[1] : Buffer.alloc(0),
      counted: {
        counts: { ...counted, canceled: 0, expired: 0 },
        usage: readUsage(hash),
        startedAt: hash.startedAt === undefined ? undefined : Number(hash.startedAt),
        duplicateCalls: Number(hash.duplicateCalls),
      },
    };
  }

  /** Ends a work, that has ended in storage. False: it has ended before, or is not known. */
  async end(
    { id, workspace, webhookUrl }: Pick<Manifest, 'id' | 'workspace' | 'webhookUrl'>,
    record: EndRecord,
  ): Promise<boolean> {
    const { counts } = record;
    const of = [
      keys.work(id),
      keys.open,
      keys.canceling,
      keys.kept,
      keys.hooks,
      keys.load(workspace),
      keys.done(id),
      keys.sealed(id),
      keys.claims(id),
    ];
    const args = [
      id,
      record.endedAt,
      counts.succeeded,
      counts.errored,
      counts.canceled,
      counts.expired,
      record.duplicateCalls,
      JSON.stringify(Object.entries(record.usage)),
      keys.news,
      webhookUrl === undefined ? 0 : 1,
      record.startedAt ?? '',
    ];
    return (await this.run(END, of, args)) === 1;
  }

  async archive(id: string, at: number): Promise<void> {
    await this.run(ARCHIVE, [keys.work(id), keys.kept], [id, at]);
  }

  /** Of an open work; undefined when it is none. */
  async look(id: string): Promise<Look | undefined> {
    const of = [keys.work(id), keys.claims(id), keys.sealed(id), keys.done(id)];
    const answer = (await this.run(LOOK, of, [])) as [string, number, number, number[], number];
    const [code, counted, complete, idle, restoring] = answer;
    if (code !== 'OPEN') return undefined;
    return { counted: counted === 1, complete: complete === 1, idle, restoring: restoring === 1 };
  }

  private run(source: Script, of: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.redis, source, of, args);
  }

  /** For answers with bytes that are no text. */
  private async runForBuffers({ source, sha1 }: Script, of: readonly string[]): Promise<unknown[]> {
    const known = await this.redis.callBuffer('EVALSHA', sha1, of.length, ...of).catch((error: Error) => {
      if (!error.message.startsWith('NOSCRIPT')) throw error;
      return this.redis.callBuffer('EVAL', source, of.length, ...of);
    });
    return known as unknown[];
  }
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const readClaims = (now: number, flat: readonly string[]): StoredClaim[] =>
  Object.entries(asPairs(flat)).map(([chunk, claim]) => {
    const [, owner = '', until = '0'] = claim.split(':');
    return { chunk: Number(chunk), owner, live: owner !== '' && Number(until) > now };
  });
