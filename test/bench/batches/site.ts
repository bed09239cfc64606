import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestRedis, type TestRedis } from '#testing';
import { WORKER_NODE_FLAGS } from '../../../apps/worker/src/node-flags.js';
import { MeasuredProcess } from '../processes/measured-process.js';
import { CALLER_KEY } from '../requests/messages-request.js';
import { BatchClient } from './batch-client.js';
import { RedisWatch } from './redis-counters.js';

/** Workspaces of three teams, by the weight that they have. */
export const TEAMS = ['even-1', 'even-2', 'even-3', 'weight-1', 'weight-2', 'weight-4'] as const;
export type Team = (typeof TEAMS)[number];

const weightOf = (team: Team): number => (team.startsWith('weight-') ? Number(team.slice(-1)) : 1);
const keyOf = (team: Team): string => `${CALLER_KEY}-${team}`;

/** Compiled, from the project's root, whoever runs this from source. */
const script = (name: string): string => resolve('dist/test/bench/processes', name);

const configuration = (upstream: string, redis: string, folder: string, concurrency: number): object => ({
  listen: { host: '127.0.0.1', port: 0, drain_delay: '0s', drain: '1s' },
  redis,
  storage: `file:${join(folder, 'storage')}`,
  providers: {
    simulator: {
      kind: 'anthropic',
      base_url: upstream,
      credentials: [{ name: 'main', api_key: 'simulator-key' }],
    },
  },
  models: { '*': { targets: [{ provider: 'simulator' }] } },
  workspaces: Object.fromEntries(TEAMS.map((team) => [team, { weight: weightOf(team) }])),
  keys: [
    { name: 'benchmark', secret: CALLER_KEY },
    ...TEAMS.map((team) => ({ name: team, secret: keyOf(team), workspace: team })),
  ],
  batches: { concurrency, max_queued_requests: 10_000_000 },
});

/**
 * All that batches run on: the simulator, a Redis that keeps a log of its writes, a folder as storage, and a gateway. Workers are
 * started as needed.
 */
export class Site {
  private readonly started = new Set<MeasuredProcess>();

  private constructor(
    private readonly folder: string,
    private readonly server: TestRedis,
    readonly redis: RedisWatch,
    readonly upstream: MeasuredProcess,
  ) {}

  static async open(): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
    const server = await startTestRedis({ appendOnly: true });
    const upstream = await MeasuredProcess.start({
      name: 'upstream',
      command: [script('upstream.js')],
      logFolder: folder,
    });
    return new Site(folder, server, new RedisWatch(server.url), upstream);
  }

  /** Resolves when it takes batches: it compares Redis with storage first. */
  async startGateway(): Promise<MeasuredProcess> {
    const gateway = await this.start('gateway', 100);
    await this.client(gateway).untilTaken();
    return gateway;
  }

  /** `concurrency`: lines that it has under way at most. */
  startWorker(concurrency: number): Promise<MeasuredProcess> {
    return this.start('worker', concurrency);
  }

  /** The simulator is asked so often by a process that does nothing else. */
  async startCrowd(directives: string, perSecond: number): Promise<MeasuredProcess> {
    const command = [script('crowd.js'), this.upstream.url, directives, String(perSecond)];
    const crowd = await MeasuredProcess.start({
      name: `crowd-${this.started.size + 1}`,
      command,
      logFolder: this.folder,
    });
    this.started.add(crowd);
    return crowd;
  }

  /** Of the workspace `default`, or of a team's. */
  client(gateway: MeasuredProcess, team?: Team): BatchClient {
    return new BatchClient(gateway.url, team ? keyOf(team) : CALLER_KEY);
  }

  /** Where a process may leave something for the benchmark. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Stops all that was started, and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.started, this.upstream].map((one) => one.stop()));
    this.redis.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async start(role: 'gateway' | 'worker', concurrency: number): Promise<MeasuredProcess> {
    const name = `${role}-${this.started.size + 1}`;
    const config = this.file(`${name}.yaml`);
    const content = configuration(this.upstream.url, this.server.url, this.folder, concurrency);
    await writeFile(config, JSON.stringify(content));
    const flags = role === 'worker' ? WORKER_NODE_FLAGS : [];
    const command = [...flags, script(`${role}.js`), config];
    const process = await MeasuredProcess.start({ name, command, logFolder: this.folder });
    this.started.add(process);
    return process;
  }
}
