import {
  type ConfigFile,
  FaultProxy,
  NO_REDIS,
  type Section,
  startTestRedis,
  type TestRedis,
  type TestRedisOptions,
} from '#testing';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../apps/simulator/src/simulator.js';
import { Crew } from './crew.js';
import { Fleet } from './fleet.js';

/** How many replicas an experiment has unless it says otherwise. */
const REPLICAS = 3;

/** What an experiment is done with: starts processes, and ends all of them, the last first. */
export class Rig {
  private readonly endings: (() => Promise<unknown>)[] = [];
  private own: Promise<TestRedis> | undefined;

  /** `long`: the full durations; otherwise the same in short. */
  constructor(readonly long: boolean) {}

  /** One of two values, by the scale. */
  scale<T>(quick: T, long: T): T {
    return this.long ? long : quick;
  }

  async simulator(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = await startSimulator({ ledgerCapacity: 100_000, keepBodies: 0, ...options });
    this.endings.push(() => simulator.close());
    return simulator;
  }

  simulators(count: number, options: SimulatorOptions = {}): Promise<Simulator[]> {
    return Promise.all(Array.from({ length: count }, () => this.simulator(options)));
  }

  /** The one that all replicas share. Options count the first time. */
  redis(options: TestRedisOptions = {}): Promise<TestRedis> {
    this.own ??= this.anotherRedis(options);
    return this.own;
  }

  async anotherRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
    const redis = await startTestRedis(options);
    this.endings.push(() => redis.stop());
    return redis;
  }

  async faultProxy(url: string): Promise<FaultProxy> {
    const proxy = await FaultProxy.start(url);
    this.endings.push(() => proxy.close());
    return proxy;
  }

  /** Gateways that share a configuration; its Redis is the rig's unless it names another. */
  async gateways(config: Section, count = REPLICAS): Promise<Fleet> {
    const redis = config.redis === NO_REDIS ? (await this.redis()).url : config.redis;
    const fleet = await Fleet.start({ ...config, redis }, count);
    this.endings.push(() => fleet.stop());
    return fleet;
  }

  async workers(config: ConfigFile, count: number, env: NodeJS.ProcessEnv = {}): Promise<Crew> {
    const crew = await Crew.start(config, count, env);
    this.endings.push(() => crew.stop());
    return crew;
  }

  /** Something else to end. */
  ends(end: () => Promise<unknown>): void {
    this.endings.push(end);
  }

  async close(): Promise<void> {
    for (const end of this.endings.splice(0).toReversed()) await end();
  }
}
