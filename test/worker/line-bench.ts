import { AdaptiveLimit } from '../../apps/worker/src/slots/adaptive-limit.js';
import { BookedSlots } from '../../apps/worker/src/slots/booked-slots.js';
import { FairSlots } from '../../apps/worker/src/slots/fair-slots.js';
import { ExchangeLineRunner } from '../../apps/worker/src/line/exchange-line-runner.js';
import { LineAdmission, urgencyOf } from '../../apps/worker/src/line/line-admission.js';
import type { Simulator } from '../../apps/simulator/src/simulator.js';
import type { AnswerEvents, Line, Manifest, RanLine } from '#batches';
import { Exchange, type Settlement, Ticker } from '#exchange';
import type { Config } from '#platform';
import { createAdapters, Dispatcher } from '#providers';
import { Engine } from '#routing';
import { aDeployment } from '#testing';

const now = (): number => performance.now();

const TIMEOUTS = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 10_000 };

/** A configuration of one upstream that takes any model. */
const configFor = (url: string, more: Partial<Config>): Config =>
  ({
    keys: [],
    catalog: {
      find: (model: string) => ({
        name: model.split('@')[0] ?? '',
        affinity: { by: 'none', header: '' },
        waitMs: 0,
        deployments: [
          {
            ...aDeployment('openai'),
            id: model,
            model: undefined,
            provider: { name: 'sim', kind: 'anthropic', baseUrl: url, timeouts: TIMEOUTS },
          },
        ],
      }),
      models: [{ name: 'priced', prices: { input: 3, output: 15 } }],
      routes: [],
    },
    ...more,
  }) as unknown as Config;

/** Runs single lines against a simulator, without storage and Redis. */
export class LineBench {
  readonly settlements: Settlement[] = [];
  readonly faults: unknown[] = [];
  readonly config: Config;
  readonly runner: ExchangeLineRunner;
  readonly slots = new FairSlots({ most: () => 10, limitOf: () => new AdaptiveLimit(() => 10, Math.random), now });
  private readonly booked = new BookedSlots(
    { batch: this.slots, interactive: this.slots },
    { weightOf: () => 1, urgencyOf },
  );
  private readonly dispatcher = new Dispatcher();
  private readonly ticker = new Ticker(now, 20);

  constructor(simulator: Simulator, more: Partial<Config> = {}) {
    this.config = configFor(simulator.url, more);
    const config = (): Config => this.config;
    const exchange = new Exchange({
      adapters: createAdapters({ signingKey: Buffer.alloc(32), randomByte: () => 1, now: Date.now }),
      chooser: new Engine({ now, random: Math.random }),
      limits: {
        mode: 'shared',
        reserve: () => ({ kind: 'granted', observe: () => undefined, settle: () => undefined }),
      },
      dispatcher: this.dispatcher,
      ticker: this.ticker,
      now,
    });
    this.runner = new ExchangeLineRunner({
      exchange,
      admission: new LineAdmission(config, undefined, now),
      slots: this.booked,
      config,
      random: () => 0,
      onSettled: (settlement) => this.settlements.push(settlement),
      onEnded: () => undefined,
      onFault: (_, error) => this.faults.push(error),
    });
  }

  async run(line: Line, signal = new AbortController().signal, events?: AnswerEvents) {
    const release = await this.booked.take(line, signal);
    try {
      return await this.runner.run(line, signal, events);
    } finally {
      release();
    }
  }

  async close(): Promise<void> {
    this.ticker.stop();
    await this.dispatcher.close();
  }
}

/** A line of a batch, or the one of a job. */
export const aLine = (params: object | string, work: Partial<Manifest> = {}): Line => ({
  work: {
    version: 1,
    id: 'msgbatch_1',
    kind: 'batch',
    workspace: 'default',
    key: 'ci',
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
    lines: 1,
    bytes: 0,
    chunks: [],
    priority: 'normal',
    webhookUrl: undefined,
    headers: { 'anthropic-version': '2023-06-01' },
    traceparent: undefined,
    ...work,
  } as Manifest,
  index: 0,
  customId: 'a',
  params: Buffer.from(typeof params === 'string' ? params : JSON.stringify(params)),
});

/** The message of a line that succeeded. */
export const messageOf = ({ result }: RanLine): Record<string, unknown> => {
  if (result.type !== 'succeeded') throw new Error(`the line is ${JSON.stringify(result)}`);
  return result.message as Record<string, unknown>;
};

/** The error of a line that did not. */
export const errorOf = ({ result }: RanLine): { type: string; message: string } => {
  if (result.type !== 'errored') throw new Error(`the line is ${result.type}`);
  return result.error.error;
};
