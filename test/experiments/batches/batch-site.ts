import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigFile,
  type FaultProxy,
  provider,
  type Section,
  TEST_ADMIN_KEY,
  type TestRedis,
  testConfig,
  until,
} from '#testing';
import type { Simulator } from '../../../apps/simulator/src/simulator.js';
import type { Crew } from '../rig/crew.js';
import type { Fleet } from '../rig/fleet.js';
import type { Rig } from '../rig/rig.js';
import { Batch, customIdOf, customIds, HEADERS, type Offered, offerBatch } from './batch.js';

export interface BatchSiteOptions {
  /** Of all upstreams, as directives. */
  behaviour: string;
  upstreams?: number;
  workers?: number;
  gateways?: number;
  /** Lines that one worker runs at a time. */
  concurrency?: number;
  /** The share of the upstreams' rate that is left to callers who wait; here nobody does. */
  keptBack?: number;
  /** Environment of the workers. */
  env?: NodeJS.ProcessEnv;
  /** An empty folder for storage; without it a temporary one. */
  folder?: string;
  /** More members of the configuration; those of `batches` beside what is set here. */
  more?: Section;
}

const temporaryFolder = async (rig: Rig): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-storage-'));
  rig.ends(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const configFile = async (rig: Rig, config: Section): Promise<ConfigFile> => {
  const file = await ConfigFile.write(config);
  rig.ends(() => file.remove());
  return file;
};

/** Everything that a batch needs: upstreams, a Redis that keeps a log, storage, gateways and workers. */
interface Parts {
  /** Where storage is. */
  folder: string;
  upstreams: readonly Simulator[];
  redis: TestRedis;
  /** Between the workers and Redis. */
  proxy: FaultProxy;
  fleet: Fleet;
  crew: Crew;
}

/** A place where batches are accepted and worked off. */
export class BatchSite implements Parts {
  readonly folder: string;
  readonly upstreams: readonly Simulator[];
  readonly redis: TestRedis;
  readonly proxy: FaultProxy;
  readonly fleet: Fleet;
  readonly crew: Crew;

  private constructor(
    parts: Parts,
    /** Lines that one worker runs at a time. */
    readonly concurrency: number,
  ) {
    ({ folder: this.folder, upstreams: this.upstreams, redis: this.redis } = parts);
    ({ proxy: this.proxy, fleet: this.fleet, crew: this.crew } = parts);
  }

  static async open(rig: Rig, options: BatchSiteOptions): Promise<BatchSite> {
    const {
      behaviour,
      upstreams: count = 2,
      workers = 2,
      gateways = 1,
      concurrency = 50,
      keptBack = 0.3,
      folder = await temporaryFolder(rig),
      more = {},
    } = options;
    const upstreams = await rig.simulators(count, { behaviour });
    const redis = await rig.redis({ appendOnly: true });
    const proxy = await rig.faultProxy(redis.url);
    const config = testConfig({
      admin_key: TEST_ADMIN_KEY,
      storage: `file:${folder}`,
      providers: Object.fromEntries(upstreams.map(({ url }, index) => [`up-${index + 1}`, provider('anthropic', url)])),
      // What follows `sim` reaches the upstream as it is, and so its ledger.
      models: { 'sim*': { targets: upstreams.map((_, index) => ({ provider: `up-${index + 1}` })) } },
      ...more,
      batches: { concurrency, interactive_share: keptBack, ...(more.batches as Section | undefined) },
    });
    const fleet = await rig.gateways({ ...config, redis: redis.url }, gateways);
    const ofWorkers = await configFile(rig, { ...config, redis: `redis://${proxy.address}` });
    const crew = await rig.workers(ofWorkers, workers, options.env);
    return new BatchSite({ folder, upstreams, redis, proxy, fleet, crew }, concurrency);
  }

  submit(count: number, headers: Record<string, string> = {}): Promise<Batch> {
    return Batch.submit(() => this.fleet.urls, customIds(count), headers);
  }

  submitFor(ids: readonly string[]): Promise<Batch> {
    return Batch.submit(() => this.fleet.urls, ids);
  }

  /** One that somebody else has submitted. */
  batch(id: string, ids: readonly string[]): Batch {
    return new Batch(() => this.fleet.urls, id, ids);
  }

  /** Ids of all batches, the newest first. */
  async listed(): Promise<string[]> {
    const { data } = (await (await fetch(`${this.batchesUrl}?limit=1000`, { headers: HEADERS })).json()) as {
      data: { id: string }[];
    };
    return data.map(({ id }) => id);
  }

  /** Resolves when batches are taken: a gateway compares Redis with storage first. */
  async untilTaken(): Promise<void> {
    await until(
      async () => (await fetch(this.batchesUrl, { headers: HEADERS })).status,
      (status) => status === 200,
      20_000,
    );
  }

  /** What comes of trying to submit one. */
  async offer(count: number): Promise<Offered> {
    return offerBatch(this.batchesUrl, customIds(count));
  }

  private get batchesUrl(): string {
    return `${this.fleet.urls[0]}/v1/messages/batches`;
  }

  /** When calls for a batch's lines arrived upstream, in order, in milliseconds since the epoch. */
  callsFor({ customIds }: Batch): { customId: string; at: number }[] {
    const known = new Set(customIds);
    const calls = this.upstreams.flatMap(({ ledger }) =>
      ledger.entries().map(({ model, received_at: at }) => ({ customId: customIdOf(model) ?? '', at })),
    );
    return calls.filter(({ customId }) => known.has(customId)).sort((a, b) => a.at - b.at);
  }

  /** Calls beyond the first for each line. */
  duplicateCalls(batch: Batch): number {
    const calls = this.callsFor(batch);
    return calls.length - new Set(calls.map(({ customId }) => customId)).size;
  }

  /** Calls under way at the upstreams. */
  get open(): number {
    return this.upstreams.reduce((sum, { ledger }) => sum + ledger.counts().open, 0);
  }
}
