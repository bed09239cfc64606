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
} from '#testing';
import type { Simulator } from '../../../apps/simulator/src/simulator.js';
import type { Crew } from '../rig/crew.js';
import type { Fleet } from '../rig/fleet.js';
import type { Rig } from '../rig/rig.js';
import { Batch, customIdOf, customIds } from './batch.js';

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
  upstreams: readonly Simulator[];
  redis: TestRedis;
  /** Between the workers and Redis. */
  proxy: FaultProxy;
  fleet: Fleet;
  crew: Crew;
}

/** A place where batches are accepted and worked off. */
export class BatchSite implements Parts {
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
    ({ upstreams: this.upstreams, redis: this.redis, proxy: this.proxy, fleet: this.fleet, crew: this.crew } = parts);
  }

  static async open(rig: Rig, options: BatchSiteOptions): Promise<BatchSite> {
    const {
      behaviour,
      upstreams: count = 2,
      workers = 2,
      gateways = 1,
      concurrency = 50,
      keptBack = 0.3,
      env,
    } = options;
    const upstreams = await rig.simulators(count, { behaviour });
    const redis = await rig.redis({ appendOnly: true });
    const proxy = await rig.faultProxy(redis.url);
    const config = testConfig({
      admin_key: TEST_ADMIN_KEY,
      storage: `file:${await temporaryFolder(rig)}`,
      batches: { concurrency, interactive_share: keptBack },
      providers: Object.fromEntries(upstreams.map(({ url }, index) => [`up-${index + 1}`, provider('anthropic', url)])),
      // What follows `sim` reaches the upstream as it is, and so its ledger.
      models: { 'sim*': { targets: upstreams.map((_, index) => ({ provider: `up-${index + 1}` })) } },
    });
    const fleet = await rig.gateways({ ...config, redis: redis.url }, gateways);
    const crew = await rig.workers(
      await configFile(rig, { ...config, redis: `redis://${proxy.address}` }),
      workers,
      env,
    );
    return new BatchSite({ upstreams, redis, proxy, fleet, crew }, concurrency);
  }

  submit(count: number): Promise<Batch> {
    return this.submitFor(customIds(count));
  }

  submitFor(ids: readonly string[]): Promise<Batch> {
    return Batch.submit(() => this.fleet.urls, ids);
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
