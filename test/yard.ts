import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigFile,
  GatewayProcess,
  type Section,
  startTestRedis,
  type TestRedis,
  type TestRedisOptions,
  until,
  WorkerProcess,
} from '#testing';

export interface YardOptions {
  redis?: TestRedisOptions;
  /** How many to start with. */
  workers?: number;
  /** An empty folder for storage; without it a temporary one. */
  folder?: string;
}

/** A whole Switchyard as an operator would run it: Redis, storage in a folder, a gateway and workers, each in a process of its own. */
export class Yard {
  readonly workers: WorkerProcess[] = [];

  private constructor(
    readonly redis: TestRedis,
    readonly folder: string,
    readonly config: ConfigFile,
    readonly gateway: GatewayProcess,
  ) {}

  /** Resolves when work is taken in. `redis` and `storage` of the configuration are the yard's. */
  static async open(config: Section, { redis: options, workers = 1, folder }: YardOptions = {}): Promise<Yard> {
    const redis = await startTestRedis(options);
    const storage = folder ?? (await mkdtemp(join(tmpdir(), 'switchyard-yard-')));
    const file = await ConfigFile.write({ ...config, redis: redis.url, storage: `file:${storage}` });
    const yard = new Yard(redis, storage, file, await GatewayProcess.start(file));
    await Promise.all([yard.untilReady(), ...Array.from({ length: workers }, () => yard.hire())]);
    return yard;
  }

  /** Starts one more worker. */
  async hire(): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(this.config);
    this.workers.push(worker);
    return worker;
  }

  /** Resolves when Redis has been compared with storage. */
  async untilReady(): Promise<void> {
    await until(
      async () => (await this.gateway.get('/v1/messages/batches')).status,
      (status) => status === 200,
      20_000,
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway.stop(), ...this.workers.map((worker) => worker.stop())]);
    await Promise.all([
      this.redis.stop(),
      this.config.remove(),
      rm(this.folder, { recursive: true, force: true, maxRetries: 3 }),
    ]);
  }
}
