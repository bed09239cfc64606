import type { Redis } from 'ioredis';
import type { Manifest, WorkKind } from '../work.js';
import { keys } from './keys.js';
import { runScript } from './script.js';
import { BEGIN, CONDEMN, CREATE, FORGET, KEEP, RESTORED } from './scripts/accepting.js';
import { BEGIN_COMPARING, END_COMPARING, READY } from './scripts/comparing.js';
import { toHash } from './work-hash.js';

/** What a workspace may have open at a time. 0: as much as it likes. */
export interface LoadLimits {
  batches: number;
  /** Requests without a result, of batches and jobs together. */
  lines: number;
}

/** Why a submission is not accepted: the work that came first with its idempotency key, a limit, or Redis is not ready. */
export type Refused =
  | { refused: 'taken'; by: string; pending: boolean }
  | { refused: 'batches' | 'lines' | 'not-ready' };

/** A submission before anything of it is stored. */
export interface Opening {
  id: string;
  kind: WorkKind;
  workspace: string;
  /** Digest of its idempotency key, `''` without one. */
  idempotency: string;
}

type Verdict = 'condemned' | 'accepted' | 'undecided';

/** A comparison of storage with what Redis holds: of which run of Redis, and its name. */
export interface BegunComparison {
  runId: string;
  name: string;
}

/** How long a submission may go without a sign of life before what it has written is cleared away. */
const SPOOL_MS = 90_000;

/** And before another one with its idempotency key need not wait for it any more. Sooner, because a caller waits. */
const PENDING_MS = 30_000;

/** How long an idempotency key leads to the work that it first made. */
const IDEMPOTENT_MS = 86_400_000;

const PENDING = 'pending:';

/** Of what was accepted before. */
const NO_LIMITS: LoadLimits = { batches: 0, lines: 0 };

const REFUSALS: Readonly<Record<string, Refused>> = {
  BATCHES: { refused: 'batches' },
  LINES: { refused: 'lines' },
  NOT_READY: { refused: 'not-ready' },
  LOST: { refused: 'not-ready' },
};

const readRefusal = (answer: unknown): Refused | undefined => {
  const [code = '', by] = answer as string[];
  if (code !== 'TAKEN' || by === undefined) return REFUSALS[code];
  const pending = by.startsWith(PENDING);
  return { refused: 'taken', by: pending ? by.slice(PENDING.length) : by, pending };
};

/**
 * What Redis knows of submissions, and how works become known to it and are forgotten. Every method may run twice for one call, and
 * rejects with what Redis or the connection says.
 */
export class Submissions {
  constructor(private readonly redis: Redis) {}

  /** Whether storage has been compared with what this Redis holds since it started. */
  async isReady(): Promise<boolean> {
    return (await runScript(this.redis, READY, [keys.ready], [])) === 1;
  }

  /** Before storage is compared. One that another began and has not ended is gone on with, from its beginning. */
  async beginComparison(name: string): Promise<BegunComparison> {
    const [runId = '', known = ''] = (await runScript(
      this.redis,
      BEGIN_COMPARING,
      [keys.comparing],
      [name],
    )) as string[];
    return { runId, name: known };
  }

  /** All of storage has been compared since that beginning. False: Redis has lost something meanwhile, and it was in vain. */
  async endComparison({ runId, name }: BegunComparison): Promise<boolean> {
    return (await runScript(this.redis, END_COMPARING, [keys.ready, keys.comparing], [runId, name])) === 1;
  }

  /** Before a submission is taken in. Undefined: go on, and `keep` it alive. */
  async begin({ id, kind, workspace, idempotency }: Opening, limits: LoadLimits): Promise<Refused | undefined> {
    const of = [keys.idempotency(idempotency), keys.spool, keys.load(workspace), keys.ready];
    const limited = kind === 'batch' && limits.batches > 0 ? 1 : 0;
    const keyed = idempotency === '' ? 0 : 1;
    const args = [id, SPOOL_MS, limited, limits.batches, keyed, PENDING_MS];
    return readRefusal(await runScript(this.redis, BEGIN, of, args));
  }

  /** Every now and then while a submission is taken in. False: it was taken for dead, and must not be accepted. */
  async keep({ id, idempotency }: Opening): Promise<boolean> {
    const of = [keys.idempotency(idempotency), keys.spool];
    return (await runScript(this.redis, KEEP, of, [id, SPOOL_MS, idempotency === '' ? 0 : 1, PENDING_MS])) === 1;
  }

  /**
   * Makes a new work known, whose manifest is in storage. Undefined: it is known. Once it is refused for another reason than that Redis
   * is not ready, it will always be. `now` tells the age of its idempotency key.
   */
  async create(manifest: Manifest, now: number, limits: LoadLimits): Promise<Refused | undefined> {
    return readRefusal(await this.makeKnown(manifest, now, { limits, restore: '' }));
  }

  /**
   * Makes a work known that was accepted before. It cannot end on what is known here until `restored` was told the name that this
   * gives: of the restore that began first, which any may complete. `refused`: it is to be removed, or its idempotency key leads to another.
   */
  async restore(manifest: Manifest, now: number, name: string): Promise<{ restoring: string } | 'refused'> {
    const answer = await this.makeKnown(manifest, now, { limits: NO_LIMITS, restore: name });
    return readRefusal(answer) ? 'refused' : { restoring: (answer as string[])[1] ?? '' };
  }

  /** All that storage knows of a work is known here, and has been found out since that restore began. */
  async restored(id: string, restore: string): Promise<void> {
    await runScript(this.redis, RESTORED, [keys.work(id)], [restore]);
  }

  private makeKnown(
    manifest: Manifest,
    now: number,
    { limits, restore }: { limits: LoadLimits; restore: string },
  ): Promise<unknown> {
    const { id, kind, workspace, createdAt, expiresAt, lines, idempotency } = manifest;
    const keyedMs = idempotency === undefined ? 0 : Math.max(0, createdAt + IDEMPOTENT_MS - now);
    const of = [
      keys.work(id),
      keys.list(kind, workspace),
      keys.open,
      keys.load(workspace),
      keys.idempotency(idempotency ?? ''),
      keys.spool,
      keys.trash,
      keys.ready,
    ];
    const isBatch = kind === 'batch' ? 1 : 0;
    const args = [id, createdAt, expiresAt, lines, isBatch, limits.batches, limits.lines, keyedMs, restore];
    return runScript(this.redis, CREATE, of, [...args, ...toHash(manifest)]);
  }

  /** Leaves nothing of a work or submission, but a note for the reconciler that its objects may still be there. */
  async forget({ id, kind, workspace, idempotency }: Opening): Promise<void> {
    const of = [
      keys.work(id),
      keys.list(kind, workspace),
      keys.open,
      keys.canceling,
      keys.kept,
      keys.hooks,
      keys.load(workspace),
      keys.trash,
      keys.done(id),
      keys.sealed(id),
      keys.claims(id),
      keys.live(id),
      keys.idempotency(idempotency),
      keys.spool,
    ];
    await runScript(this.redis, FORGET, of, [id]);
  }

  /**
   * Decides about a submission whose taking in has broken off. `condemned`: it cannot become a work any more, and what it has left is
   * to be cleared away. `accepted`: it is a work. `undecided`: Redis may have forgotten that it is.
   */
  async condemn({ id, idempotency }: Pick<Opening, 'id' | 'idempotency'>): Promise<Verdict> {
    const of = [keys.work(id), keys.trash, keys.spool, keys.idempotency(idempotency), keys.ready];
    return ((await runScript(this.redis, CONDEMN, of, [id])) as string).toLowerCase() as Verdict;
  }

  /** What is in the trash is to be looked for once more, then. */
  async clearAgain(id: string, dueAt: number): Promise<void> {
    await this.redis.zadd(keys.trash, dueAt, id);
  }

  /** Nothing of it is left in storage. */
  async cleared(id: string): Promise<void> {
    await this.redis.zrem(keys.trash, id);
  }

  /** Looks after what was found in storage without a manifest that can be read, later: its submission may still be going on. */
  async watch(id: string, dueAt: number): Promise<void> {
    await this.redis.zadd(keys.spool, 'NX', dueAt, id);
  }

  /** Submissions without a sign of life. */
  async abandoned(now: number, count: number): Promise<string[]> {
    return this.redis.zrangebyscore(keys.spool, '-inf', now, 'LIMIT', 0, count);
  }

  /** What is no work, or none any more, and may have left something in storage. */
  async trash(now: number, count: number): Promise<string[]> {
    return this.redis.zrangebyscore(keys.trash, '-inf', now, 'LIMIT', 0, count);
  }
}
