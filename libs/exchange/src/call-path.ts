import type { HealthMark, RedisAddress, Route } from '#core';
import { Fleet, type FleetOptions } from '#fleet';
import { createAdapters, Dispatcher } from '#providers';
import { Engine } from '#routing';
import { Exchange } from './exchange.js';
import { Ticker } from './ticker.js';

/** What a process needs to answer calls. */
export interface CallPathOptions {
  redis: RedisAddress;
  /** For people; names this process to the others. */
  replicaId: string;
  withoutRedis: FleetOptions['withoutRedis'];
  /** The share of each credential's limits that batches leave to whoever waits, 0 to 1. */
  keptForInteractive: number;
  /** 32 bytes for signatures that come back from callers. */
  signingKey: Buffer;
  /** Uniform. */
  randomByte: () => number;
  /** This replica has found out something that the others should know. */
  onMark: (mark: HealthMark) => void;
  /** Redis has come or gone, as calls notice it. */
  onRedis: FleetOptions['onState'];
}

const now = (): number => performance.now();

/** Everything between an admitted call and the upstreams, made once and put together: the same in gateway and worker. */
export class CallPath {
  private constructor(
    readonly exchange: Exchange,
    readonly engine: Engine,
    readonly fleet: Fleet,
    private readonly parts: { ticker: Ticker; dispatcher: Dispatcher },
  ) {}

  /** Resolves once this replica knows what the others know, or can do without. */
  static async open(options: CallPathOptions): Promise<CallPath> {
    const { redis, replicaId, withoutRedis, keptForInteractive, signingKey, randomByte, onMark } = options;
    let fleet: Fleet | undefined;
    const engine = new Engine({
      now,
      random: Math.random,
      keptForInteractive,
      onMark: (mark) => {
        fleet?.publish(mark);
        onMark(mark);
      },
    });
    fleet = await Fleet.open({
      redis,
      replicaId,
      withoutRedis,
      keptForInteractive,
      onMark: (mark) => engine.apply(mark),
      onState: options.onRedis,
    });
    const dispatcher = new Dispatcher();
    const ticker = new Ticker(now);
    const exchange = new Exchange({
      adapters: createAdapters({ signingKey, randomByte, now: Date.now }),
      chooser: engine,
      limits: fleet.credentialLimits,
      dispatcher,
      ticker,
      now,
    });
    return new CallPath(exchange, engine, fleet, { ticker, dispatcher });
  }

  /** The configuration has changed to these routes. */
  keep(routes: readonly Route[]): void {
    this.engine.keep(routes);
  }

  /** After the last call has ended. */
  async close(): Promise<void> {
    this.parts.ticker.stop();
    await Promise.all([this.fleet.close(), this.parts.dispatcher.close()]);
  }
}
