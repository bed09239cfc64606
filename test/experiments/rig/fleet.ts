import { ConfigFile, GatewayProcess, type LogLine, type Section, TEST_ADMIN_KEY, until } from '#testing';
import { Load, type LoadOptions } from '../load/load.js';

/** Replicas of one gateway. */
export class Fleet {
  private constructor(
    readonly config: ConfigFile,
    readonly gateways: GatewayProcess[],
  ) {}

  /** Kills one at random with SIGKILL and starts another, elsewhere. */
  async killAny(): Promise<void> {
    const at = Math.floor(Math.random() * this.gateways.length);
    await this.gateways[at]?.kill();
    this.gateways[at] = await GatewayProcess.start(this.config);
  }

  static async start(config: Section, count: number): Promise<Fleet> {
    const file = await ConfigFile.write(config);
    const starting = Array.from({ length: count }, () => GatewayProcess.start(file));
    const settled = await Promise.allSettled(starting);
    const gateways = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const fleet = new Fleet(file, gateways);
    const failed = settled.find((one) => one.status === 'rejected');
    if (!failed) return fleet;
    await fleet.stop();
    throw failed.reason;
  }

  get urls(): string[] {
    return this.gateways.map(({ url }) => url);
  }

  /** Calls to all replicas in turn. */
  load(options: Omit<LoadOptions, 'urls'>): Load {
    return Load.start({ ...options, urls: this.urls });
  }

  /** Asks each replica once and waits, so that code is compiled and connections are open when it counts. */
  async warm(model: string): Promise<void> {
    await this.load({ perSecond: 60, forMs: 500, question: { model } }).done;
  }

  /** Replaces the configuration. Resolves when every replica knows the model named, which only the new one has. */
  async reload(config: Section, mark: string): Promise<void> {
    await this.config.rewrite(config);
    for (const gateway of this.gateways) gateway.signal('SIGHUP');
    for (const gateway of this.gateways)
      await until(
        async () => (await gateway.get(`/v1/models/${mark}`)).status,
        (status) => status === 200,
      );
  }

  /** What each replica thinks of each deployment. */
  async targets(): Promise<Record<string, unknown>[][]> {
    const answers = this.gateways.map(async (gateway) => {
      const response = await gateway.get('/admin/v1/targets', { 'x-api-key': TEST_ADMIN_KEY });
      return ((await response.json()) as { data: Record<string, unknown>[] }).data;
    });
    return Promise.all(answers);
  }

  /** Log lines of all replicas that fit. */
  logged(fits: (line: LogLine) => boolean): LogLine[] {
    return this.gateways.flatMap(({ log }) => log.filter(fits));
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.config.remove();
  }
}
