import type { Redis } from 'ioredis';
import {
  type AssembledWorks,
  assembleWorks,
  type ChunkOffers,
  connectWorkNews,
  connectWorkRedis,
  type LoadLimits,
  type LineRunner,
  openWorkStore,
  type RunOutcome,
  type Storage,
  type Submission,
  type Work,
  type WorkStore,
} from '#batches';
import { startTestRedis, type TestRedis, type TestRedisOptions, until } from '#testing';
import { type StorageKind, StoragePlace } from '../storage/storage-place.js';

/** Anything one might want to know of what was reported. */
export interface Reported {
  event: string;
  [field: string]: unknown;
}

/** Offers as the simplest of schedulers keeps them: a set, handed out in its order. */
export class OfferBox implements ChunkOffers {
  private readonly waiting = new Map<string, { id: string; chunk: number }>();
  private wake: (() => void)[] = [];

  offer(work: { id: string }, chunks: readonly number[]): Promise<void> {
    for (const chunk of chunks) this.waiting.set(`${work.id}/${chunk}`, { id: work.id, chunk });
    for (const resolve of this.wake.splice(0)) resolve();
    return Promise.resolve();
  }

  unknown({ id }: { id: string }, chunks: readonly number[]): Promise<readonly number[]> {
    return Promise.resolve(chunks.filter((chunk) => !this.waiting.has(`${id}/${chunk}`)));
  }

  withdraw({ id }: { id: string }): Promise<void> {
    for (const [name, offer] of this.waiting) if (offer.id === id) this.waiting.delete(name);
    return Promise.resolve();
  }

  /** Chunks that nobody has taken. */
  get size(): number {
    return this.waiting.size;
  }

  async take(stop: AbortSignal): Promise<{ id: string; chunk: number } | undefined> {
    while (!stop.aborted) {
      const [next] = this.waiting;
      if (next) {
        this.waiting.delete(next[0]);
        return next[1];
      }
      await new Promise<void>((resolve) => {
        this.wake.push(resolve);
        stop.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return undefined;
  }
}

/** One process, as far as works are concerned: its own connections, and no memory shared with others. */
export class Member {
  readonly assembled: AssembledWorks;
  readonly reports: Reported[] = [];
  readonly outcomes: RunOutcome[] = [];
  /** Lines that it has sent although they had been sent before. */
  sentAgain = 0;
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];

  constructor(
    readonly store: WorkStore,
    private readonly connections: Redis[],
    private readonly offers: OfferBox,
    options: { limits: LoadLimits; archiveAfterMs: number; report: Reported[] },
  ) {
    this.reports = options.report;
    this.assembled = assembleWorks({ store, offers, limits: options.limits, archiveAfterMs: options.archiveAfterMs });
  }

  get works(): AssembledWorks['works'] {
    return this.assembled.works;
  }

  /** Runs chunks from now on, so many at a time. */
  work(runner: LineRunner, { chunks = 4, lines = 50, graceMs = 2_000 } = {}): this {
    const free = new Slots(lines);
    const workRunner = this.assembled.runnerFor({
      runner,
      slots: free,
      graceMs,
      onSentAgain: () => this.sentAgain++,
    });
    const stop = this.stopping.signal;
    const loop = async (): Promise<void> => {
      for (;;) {
        const next = await this.offers.take(stop);
        if (!next) return;
        // As after a failed job of the queue: the reconciler offers it again.
        await workRunner.run(next.id, next.chunk, stop).then(
          (outcome) => this.outcomes.push(outcome),
          () => undefined,
        );
      }
    };
    for (let at = 0; at < chunks; at++) this.loops.push(loop());
    return this;
  }

  /** A stop in order, connections kept. Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stop'));
    await Promise.all(this.loops);
    await this.assembled.reconciler.stop();
  }

  async close(): Promise<void> {
    await this.stop();
    for (const connection of this.connections) connection.disconnect();
  }
}

/** So many lines at a time. */
class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async take(_work: unknown, signal: AbortSignal): Promise<() => void> {
    while (this.free === 0) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    signal.throwIfAborted();
    this.free--;
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      this.free++;
      for (const resolve of this.waiting.splice(0)) resolve();
    };
  }
}

export interface MemberOptions {
  url: string;
  storage: Storage;
  offers: OfferBox;
  limits?: LoadLimits;
  archiveAfterMs?: number;
  /** The clock of its machine. */
  now?: () => number;
}

/** Opens a member whose Redis has been compared with storage. */
export const openMember = async ({
  url,
  storage,
  offers,
  limits = { batches: 0, lines: 0 },
  archiveAfterMs = 29 * 86_400_000,
  now,
}: MemberOptions): Promise<Member> => {
  const redis = connectWorkRedis({ kind: 'single', url });
  const listener = connectWorkNews({ kind: 'single', url });
  await new Promise<void>((resolve) => {
    redis.once('ready', () => resolve());
  });
  const report: Reported[] = [];
  const store = await openWorkStore({
    storage,
    redis,
    listener,
    ...(now && { now }),
    report: (event, fields) => report.push({ event, ...fields }),
  });
  const member = new Member(store, [redis, listener], offers, { limits, archiveAfterMs, report });
  await member.assembled.reconciler.tick();
  // Whoever is started next may repair.
  await member.assembled.reconciler.stop();
  return member;
};

/** What a room has, beside what every Redis may have: storage in a folder unless told. */
export interface RoomOptions extends TestRedisOptions {
  storage?: StorageKind;
}

/** A Redis, a place to store in, and as many members as a test wants. */
export class WorkRoom {
  readonly offers = new OfferBox();
  readonly members: Member[] = [];

  private constructor(
    readonly redis: TestRedis,
    readonly place: StoragePlace,
  ) {}

  static async open({ storage = 'file', ...options }: RoomOptions = {}): Promise<WorkRoom> {
    const [redis, place] = await Promise.all([startTestRedis(options), StoragePlace.open(storage)]);
    return new WorkRoom(redis, place);
  }

  async join(options: Partial<MemberOptions> = {}): Promise<Member> {
    const storage = options.storage ?? (await this.place.openStorage());
    const member = await openMember({ url: this.redis.url, offers: this.offers, ...options, storage });
    this.members.push(member);
    return member;
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    await this.redis.stop();
    await this.place.close();
  }
}

/** A submission of workspace `w`, with what a test wants to be otherwise. */
export const aSubmission = (other: Partial<Submission> = {}): Submission => ({
  kind: 'batch',
  workspace: 'w',
  key: 'tests',
  models: undefined,
  priority: 'normal',
  expiresInMs: 86_400_000,
  webhookUrl: undefined,
  headers: { 'anthropic-version': '2023-06-01' },
  traceparent: undefined,
  idempotencyKey: undefined,
  ...other,
});

export const idsOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `line-${at}`);

/** The body of a batch with these ids. */
export async function* bodyOf(ids: readonly string[]): AsyncGenerator<Buffer> {
  const requests = ids.map((id) => ({
    custom_id: id,
    params: { model: 'm', max_tokens: 8, messages: [{ role: 'user', content: id }] },
  }));
  yield Buffer.from(JSON.stringify({ requests }));
}

/** The work as it is when it has ended, whatever the member cannot say meanwhile. */
export const untilEnded = async (member: Member, work: Work, withinMs = 15_000): Promise<Work> => {
  const { workspace, kind, id } = work;
  const deadline = performance.now() + withinMs;
  const ended = await until(
    () => member.works.waitForEnd(work, deadline - performance.now(), AbortSignal.timeout(withinMs)).catch(() => work),
    ({ status }) => status === 'ended',
    withinMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${JSON.stringify([member.outcomes, member.reports.slice(-5)])}`);
  });
  return (await member.works.find(workspace, kind, id)) ?? ended;
};
