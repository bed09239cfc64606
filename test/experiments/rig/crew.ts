import { type ConfigFile, type LogLine, WorkerProcess } from '#testing';

/** Workers that share a configuration. Whoever dies is replaced, as a supervisor would. */
export class Crew {
  /** How many have been killed without warning. */
  kills = 0;
  private readonly left: WorkerProcess[] = [];

  private constructor(
    private readonly config: ConfigFile,
    private readonly env: NodeJS.ProcessEnv,
    readonly workers: WorkerProcess[],
  ) {}

  static async start(config: ConfigFile, count: number, env: NodeJS.ProcessEnv = {}): Promise<Crew> {
    const starting = Array.from({ length: count }, () => WorkerProcess.start(config, env));
    const settled = await Promise.allSettled(starting);
    const workers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const crew = new Crew(config, env, workers);
    const failed = settled.find((one) => one.status === 'rejected');
    if (!failed) return crew;
    await crew.stop();
    throw failed.reason;
  }

  /** One at random; the others stay. */
  get any(): WorkerProcess {
    const worker = this.workers[Math.floor(Math.random() * this.workers.length)];
    if (!worker) throw new Error('nobody is left');
    return worker;
  }

  /** Kills one at random with SIGKILL and starts another. */
  async killAny(): Promise<void> {
    const victim = this.any;
    await this.kill(victim);
    await this.replace(victim);
  }

  /** Kills all with SIGKILL; nobody is left until somebody is hired. */
  async killAll(): Promise<void> {
    await Promise.all(this.workers.map((worker) => this.kill(worker)));
    this.left.push(...this.workers.splice(0));
  }

  /** Starts one more. */
  async hire(): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start(this.config, this.env);
    this.workers.push(worker);
    return worker;
  }

  /** Asks each in turn to end, and starts another when it has. */
  async restartInTurn(): Promise<void> {
    const all = this.workers.slice();
    for (const worker of all) {
      worker.signal('SIGTERM');
      await worker.exited;
      await this.replace(worker);
    }
  }

  /** Log lines of all that are there or have been. */
  logged(fits: (line: LogLine) => boolean): LogLine[] {
    return [...this.left, ...this.workers].flatMap(({ log }) => log.filter(fits));
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  private async replace(worker: WorkerProcess): Promise<void> {
    this.workers.splice(this.workers.indexOf(worker), 1);
    this.left.push(worker);
    await this.hire();
  }

  private async kill(worker: WorkerProcess): Promise<void> {
    await worker.kill();
    this.kills++;
  }
}
