import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WORKER_NODE_FLAGS } from '../../../worker/src/node-flags.js';
import type { Surroundings } from '../surroundings.js';
import { Child } from './child.js';
import { Crew } from './crew.js';
import { freePort } from './free-port.js';
import { greeting } from './greeting.js';
import { KeptRunning } from './kept-running.js';
import { DATA_FOLDER, makePlan, type Plan } from './plan.js';
import { acquireRedis } from './redis.js';
import { listenForStop } from './stop-signals.js';

/** The flags of `switchyard up`. */
export interface UpOptions {
  config?: string;
  port?: number;
  host?: string;
}

interface Command {
  name: string;
  args: readonly string[];
  /** Of Node. */
  flags?: readonly string[];
}

/** Starts this very command with other arguments, as a process of its own: a fault in one does not take the others along. */
const startCommand = (
  { name, args, flags = [] }: Command,
  { root }: Surroundings,
  env: NodeJS.ProcessEnv,
): Promise<Child> =>
  Child.start({
    name,
    command: process.execPath,
    args: [...flags, join(root, 'dist/apps/cli/src/main.js'), name, ...args],
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // No balancer has to be told, which is what SIGTERM would wait for.
    stopSignal: 'SIGINT',
  });

/** A refusal is an answer too; 503 is the gateway's way to say that it is not ready. */
const untilAnswered = async (url: string): Promise<void> => {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer && answer.status < 500) return;
    await delay(50);
  }
};

/** Starts what the plan needs, in order. Each part joins the crew as soon as it runs. */
class Starter {
  constructor(
    private readonly crew: Crew,
    private readonly plan: Plan,
    private readonly surroundings: Surroundings,
  ) {}

  /** Gives the environment that the others run in, and a word on which Redis it is. */
  async redis(): Promise<{ env: NodeJS.ProcessEnv; origin: string }> {
    const { plan, surroundings } = this;
    if (!plan.wantsRedis) return { env: plan.env, origin: 'as configured' };
    const redis = await acquireRedis({
      env: plan.env,
      dataFolder: join(DATA_FOLDER, 'redis'),
      cacheFolder: join(surroundings.root, '.cache/redis'),
      say: surroundings.print,
    });
    this.crew.add({ name: 'redis-server', child: redis.child, stop: (hurry) => redis.stop(hurry) });
    return { env: { ...plan.env, REDIS_URL: redis.url }, origin: redis.origin };
  }

  async simulator(env: NodeJS.ProcessEnv, port: number): Promise<void> {
    await this.command('simulator', ['--port', String(port)], env);
    await this.crew.during(untilAnswered(`http://127.0.0.1:${port}/v1/models`));
  }

  /** Gives the URL at which it is ready. */
  async gateway(env: NodeJS.ProcessEnv, options: UpOptions): Promise<string> {
    const { listen } = this.plan.config;
    const wanted = options.port ?? listen.port;
    const host = options.host ?? listen.host;
    const port = await freePort(wanted, host);
    if (port !== wanted && wanted !== 0) this.surroundings.print(`port ${wanted} is taken; using ${port}`);
    await this.command('gateway', ['--config', this.plan.file, '--port', String(port), '--host', host], env);
    const local = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
    const url = `http://${local.includes(':') ? `[${local}]` : local}:${port}`;
    await this.crew.during(untilAnswered(`${url}/health/ready`));
    return url;
  }

  /** It may end by itself, when it finds that it cannot go on, and is started again. */
  async worker(env: NodeJS.ProcessEnv): Promise<void> {
    const command = { name: 'worker', args: ['--config', this.plan.file], flags: WORKER_NODE_FLAGS };
    const worker = await KeptRunning.start({
      start: () => startCommand(command, this.surroundings, env),
      say: this.surroundings.print,
    });
    this.crew.add({ name: 'worker', child: undefined, lost: worker.lost, stop: (hurry) => worker.stop(hurry) });
  }

  private async command(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    const child = await startCommand({ name, args }, this.surroundings, env);
    this.crew.add({ name, child, stop: (hurry) => child.stop(hurry) });
  }
}

const run = async (crew: Crew, options: UpOptions, surroundings: Surroundings): Promise<never> => {
  const plan = await crew.during(makePlan(options.config, surroundings));
  const starter = new Starter(crew, plan, surroundings);
  const { env, origin } = await starter.redis();
  if (plan.demo) await starter.simulator(env, plan.demo.simulatorPort);
  await starter.worker(env);
  const url = await starter.gateway(env, options);
  surroundings.print(greeting(plan, url, origin));
  return crew.untilEnd();
};

/** Runs everything on this machine until it is told to stop, or until a part of it is lost. Resolves to the exit code. */
export const up = async (options: UpOptions, surroundings: Surroundings): Promise<number> => {
  const signals = listenForStop();
  const crew = new Crew(signals.stop);
  try {
    return await run(crew, options, surroundings);
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    surroundings.print('stopping …');
    return 0;
  } finally {
    await crew.dismiss(signals.hurry);
    signals.release();
  }
};
