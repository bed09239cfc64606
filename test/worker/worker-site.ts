import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import {
  ConfigFile,
  GatewayProcess,
  provider,
  startTestRedis,
  TEST_KEY,
  type TestRedis,
  testConfig,
  until,
  WorkerProcess,
} from '#testing';
import { type StorageKind, StoragePlace } from '../storage/storage-place.js';

/** The key of another workspace. */
export const OTHER_KEY = 'sk-test-other-0123456789abcdef';

/** A batch's own account of how far it is. */
export interface Progress {
  processing_status: string;
  done: number;
  request_counts: Record<string, number>;
}

/** What a site may have otherwise. */
export interface SiteOptions {
  /** Of the upstream, as directives. */
  behaviour?: string;
  /** Lines that a worker runs at a time. */
  concurrency?: number;
  storage?: StorageKind;
}

/** Everything that a batch needs, as processes; only the upstream is in this one. */
export class WorkerSite {
  readonly workers: WorkerProcess[] = [];

  private constructor(
    readonly simulator: Simulator,
    readonly redis: TestRedis,
    readonly config: ConfigFile,
    private readonly rest: { gateway: GatewayProcess; place: StoragePlace },
  ) {}

  get gateway(): GatewayProcess {
    return this.rest.gateway;
  }

  static async open({ behaviour = '', concurrency = 50, storage = 'file' }: SiteOptions = {}): Promise<WorkerSite> {
    const [simulator, redis, place] = await Promise.all([
      startSimulator({ behaviour }),
      startTestRedis({ appendOnly: true }),
      StoragePlace.open(storage),
    ]);
    const config = await ConfigFile.write(
      testConfig({
        redis: redis.url,
        storage: place.setting,
        batches: { concurrency },
        providers: { sim: provider('anthropic', simulator.url) },
        models: { '*': { targets: [{ provider: 'sim' }] } },
        workspaces: { default: {}, other: {} },
        keys: [
          { name: 'test', secret: TEST_KEY },
          { name: 'other', secret: OTHER_KEY, workspace: 'other' },
        ],
      }),
    );
    return new WorkerSite(simulator, redis, config, { gateway: await GatewayProcess.start(config, place.env), place });
  }

  async worker(env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(this.config, { ...this.rest.place.env, ...env });
    this.workers.push(worker);
    return worker;
  }

  /** Gives the id of a batch of so many lines. */
  async submit(count: number, key = TEST_KEY): Promise<string> {
    const requests = Array.from({ length: count }, (_, line) => ({
      custom_id: `line-${line}`,
      params: { model: 'm', max_tokens: 16, messages: [{ role: 'user', content: `Line ${line}` }] },
    }));
    const response = await this.gateway.post('/v1/messages/batches', { requests }, { headers: { 'x-api-key': key } });
    if (!response.ok) throw new Error(`the batch was not taken: ${response.status} ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    return id;
  }

  async progress(id: string, key = TEST_KEY): Promise<Progress> {
    const response = await this.gateway.get(`/v1/messages/batches/${id}/progress`, { 'x-api-key': key });
    return (await response.json()) as Progress;
  }

  /** Resolves when a batch has ended. */
  ended(id: string, { key = TEST_KEY, withinMs = 30_000 } = {}): Promise<Progress> {
    return until(
      () => this.progress(id, key),
      ({ processing_status }) => processing_status === 'ended',
      withinMs,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers.map((worker) => worker.kill()), this.gateway.kill(), this.simulator.close()]);
    await this.redis.stop();
    await this.config.remove();
    await this.rest.place.close();
  }
}
