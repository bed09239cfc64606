import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiError, type CredentialLimits, type Deployment, type ProviderAdapter, type Usage } from '#core';
import { createAdapters, Dispatcher } from '#providers';
import type { Choice, NoChoice, Outcome, Plan } from '#routing';
import { aDeployment, anOutboundRequest } from '#testing';
import type { Settlement } from './call.js';
import { Exchange } from './exchange.js';
import { PassingTrace } from './passing-trace.js';
import type { Sink } from './sink.js';
import { Ticker } from './ticker.js';

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 90 },
};

const answers: RequestListener = (_, response) => response.end(JSON.stringify(MESSAGE));
const failsWith =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status).end('{}');
const staysSilent: RequestListener = () => undefined;
const breaksOff: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const message = { ...MESSAGE, content: [], stop_reason: null };
  const events = [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x'.repeat(40) } },
  ];
  response.write(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  setImmediate(() => response.destroy());
};

/** A caller that remembers, and may leave. */
class TestCaller implements Sink {
  closed = false;
  status: number | undefined;
  headers: Record<string, string> = {};
  private hungUp: (() => void) | undefined;

  head(status: number, headers: Record<string, string>): void {
    this.status = status;
    this.headers = headers;
  }
  write(): boolean {
    return true;
  }
  end(): void {
    this.closed = true;
  }
  abort(): void {
    this.closed = true;
  }
  onDrain(): void {
    // Never too slow.
  }
  onHangUp(listener: () => void): void {
    this.hungUp = listener;
  }
  leave(): void {
    this.closed = true;
    this.hungUp?.();
  }
}

/** Says what it is told to, and remembers what it is told. */
class TestPlan implements Plan {
  readonly policy = 'only';
  readonly settlements: Outcome[] = [];
  firstBytes = 0;
  unsettled = 0;

  constructor(private readonly choices: Choice[]) {}

  next(): Choice {
    const choice = this.choices.shift() ?? { kind: 'none', reason: 'tried', retryAfterMs: undefined };
    if (choice.kind === 'try') this.unsettled++;
    return choice;
  }
  firstByte(): void {
    this.firstBytes++;
  }
  reported(): void {
    // Of no interest here.
  }
  settled(_: Deployment, outcome: Outcome): void {
    this.unsettled--;
    this.settlements.push(outcome);
  }
}

const servers: Server[] = [];

const listening = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

interface Scene {
  upstream?: RequestListener;
  stream?: boolean;
  totalMs?: number;
  /** Put over the adapter's own. */
  adapter?: Partial<ProviderAdapter>;
  choices?: (deployment: Deployment) => Choice[];
  /** What happens while the reservation is being asked for. */
  whileReserving?: (act: Acting) => void;
  /** What happens when the call's way is planned. */
  whilePlanning?: () => void;
  /** What happens once the upstream has the request. */
  onceAsked?: (act: Acting) => void;
  /** What happens while the call waits. */
  whileWaiting?: (act: Acting) => void;
}

interface Acting {
  caller: TestCaller;
  exchange: Exchange;
}

interface Played {
  caller: TestCaller;
  plan: TestPlan;
  /** What each reservation was settled with. */
  reservations: (Usage | undefined)[][];
  settlement: Settlement;
}

const tryOnce = (deployment: Deployment): Choice[] => [{ kind: 'try', deployment }];

const play = async (scene: Scene): Promise<Played> => {
  const { upstream = answers, stream = false, totalMs = 5_000, choices = tryOnce } = scene;
  const caller = new TestCaller();
  const acting = (): Acting => ({ caller, exchange });
  const baseUrl = await listening((request, response) => {
    upstream(request, response);
    scene.onceAsked?.(acting());
  });
  const timeouts = { connectMs: 500, firstByteMs: 5_000, idleMs: 5_000, totalMs };
  const made = aDeployment('up', 'm');
  const deployment: Deployment = {
    ...made,
    provider: { name: 'up', kind: 'anthropic', baseUrl, timeouts },
    credential: { ...made.credential, limits: { rpm: 60 } },
  };
  const plan = new TestPlan(choices(deployment));
  const reservations: (Usage | undefined)[][] = [];
  const limits: CredentialLimits = {
    mode: 'shared',
    reserve: async () => {
      const settled: (Usage | undefined)[] = [];
      reservations.push(settled);
      await Promise.resolve();
      scene.whileReserving?.(acting());
      return { kind: 'granted', observe: () => undefined, settle: (used) => void settled.push(used) };
    },
  };
  const now = (): number => performance.now();
  const adapters = createAdapters({ signingKey: Buffer.alloc(32, 1), randomByte: () => 1, now: Date.now });
  const anthropic = Object.assign(Object.create(adapters.anthropic) as ProviderAdapter, scene.adapter);
  const ticker = new Ticker(now, 10);
  const exchange = new Exchange({
    adapters: { ...adapters, anthropic },
    chooser: {
      plan: () => {
        scene.whilePlanning?.();
        return plan;
      },
    },
    limits,
    dispatcher: new Dispatcher(),
    ticker,
    now,
  });
  const body = { model: 'm', max_tokens: 9, stream, messages: [{ role: 'user', content: 'Hi' }] };
  const settling = exchange.answer(
    {
      requestId: 'req_1',
      key: { name: 'k', workspace: 'w' } as Settlement['call']['key'],
      request: anOutboundRequest(body, { stream }),
      route: { name: 'm', deployments: [deployment], affinity: { by: 'none', header: '' }, waitMs: 0 },
      receivedAt: now(),
      trace: new PassingTrace({}),
      urgency: 'interactive',
      clientRetries: 0,
      affinityKey: () => undefined,
    },
    caller,
  );
  scene.whileWaiting?.(acting());
  const settlement = await settling;
  ticker.stop();
  return { caller, plan, reservations, settlement };
};

const leave = ({ caller }: Acting): void => caller.leave();
const cutOff = ({ exchange }: Acting): void => exchange.cutOff();
const refused = { input: 0, output: 0, cacheRead: 0 };

describe('whatever happens, a choice and its reservation are settled once', () => {
  it.each<[string, Scene, { outcome: string; plan: string; used: object | undefined; status: number | undefined }]>([
    [
      'answered',
      {},
      { outcome: 'answered', plan: 'answered', used: { input: 7, output: 3, cacheRead: 90 }, status: 200 },
    ],
    [
      'refused by the upstream',
      { upstream: failsWith(500) },
      { outcome: 'failed', plan: 'failed', used: refused, status: 500 },
    ],
    [
      'broken off after content',
      { upstream: breaksOff, stream: true },
      { outcome: 'broken', plan: 'failed', used: { input: 7, output: 10 }, status: 200 },
    ],
    [
      'never connected',
      {
        choices: (deployment) => [
          {
            kind: 'try',
            deployment: { ...deployment, provider: { ...deployment.provider, baseUrl: 'http://127.0.0.1:1' } },
          },
        ],
      },
      { outcome: 'failed', plan: 'failed', used: undefined, status: 502 },
    ],
    [
      'left by its caller while the limits are asked',
      { whileReserving: leave },
      { outcome: 'abandoned', plan: 'abandoned', used: undefined, status: undefined },
    ],
    [
      'left by its caller while the upstream is silent',
      { upstream: staysSilent, onceAsked: leave },
      { outcome: 'abandoned', plan: 'abandoned', used: { input: null, output: null }, status: undefined },
    ],
    [
      'cut off while the limits are asked',
      { whileReserving: cutOff },
      { outcome: 'failed', plan: 'abandoned', used: undefined, status: 529 },
    ],
    [
      'cut off while the upstream is silent',
      { upstream: staysSilent, onceAsked: cutOff },
      { outcome: 'failed', plan: 'failed', used: { input: null, output: null }, status: 529 },
    ],
    [
      'not to be said in the wire',
      {
        adapter: {
          encode: () => {
            throw new ApiError('invalid_request_error', 'No.');
          },
        },
      },
      { outcome: 'failed', plan: 'unfit', used: undefined, status: 400 },
    ],
    [
      'met by a fault of our own before anything is sent',
      {
        adapter: {
          encode: () => {
            throw new TypeError('oops');
          },
        },
      },
      { outcome: 'failed', plan: 'unfit', used: undefined, status: 500 },
    ],
    [
      'met by a fault of our own in the answer',
      {
        adapter: {
          readWhole: () => {
            throw new TypeError('oops');
          },
        },
      },
      { outcome: 'failed', plan: 'failed', used: { input: null, output: null }, status: 502 },
    ],
    [
      'out of time before it is begun',
      { totalMs: 0 },
      { outcome: 'failed', plan: 'unfit', used: undefined, status: 504 },
    ],
  ])('when the call is %s', async (_, scene, expected) => {
    const { plan, reservations, settlement, caller } = await play(scene);

    expect(settlement.outcome).toBe(expected.outcome);
    expect(caller.status).toBe(expected.status);
    expect(plan.unsettled).toBe(0);
    expect(plan.settlements.map(({ kind }) => kind)).toEqual([expected.plan]);
    const { used } = expected;
    expect(reservations).toEqual([[used && expect.objectContaining(used)]]);
  });

  it.each<[string, Scene, boolean]>([
    ['nothing', { upstream: failsWith(500) }, false],
    ['content', { upstream: breaksOff, stream: true }, true],
  ])('says to the choice that %s has reached the caller of a call that fails', async (_, scene, hasContent) => {
    const { plan } = await play(scene);
    expect(plan.settlements).toMatchObject([{ kind: 'failed', hasContent }]);
  });

  it('when the first upstream fails and the second answers', async () => {
    const broken = await listening(failsWith(503));
    const { plan, reservations, settlement } = await play({
      choices: (deployment) => [
        { kind: 'try', deployment: { ...deployment, provider: { ...deployment.provider, baseUrl: broken } } },
        { kind: 'try', deployment },
      ],
    });

    expect(settlement.outcome).toBe('answered');
    expect(plan.settlements.map(({ kind }) => kind)).toEqual(['failed', 'answered']);
    expect(reservations).toEqual([[expect.objectContaining(refused)], [expect.objectContaining({ input: 7 })]]);
    expect(plan.firstBytes).toBe(1);
  });
});

describe('a fault of our own', () => {
  const oops = (): never => {
    throw new TypeError('oops');
  };

  it('in the limits is told to the caller, and settles the choice', async () => {
    const { settlement, plan, caller } = await play({ whileReserving: oops });

    expect([settlement.outcome, caller.status]).toEqual(['failed', 500]);
    expect(plan.unsettled).toBe(0);
    expect(plan.settlements).toEqual([{ kind: 'unfit' }]);
  });

  it('in the plan is told to the caller', async () => {
    const { settlement, caller } = await play({ whilePlanning: oops });

    expect([settlement.outcome, settlement.policy, caller.status]).toEqual(['failed', 'only', 500]);
  });
});

describe('a call that the only upstream in use cannot carry', () => {
  const unfitThen =
    (reason: NoChoice['reason']) =>
    (deployment: Deployment): Choice[] => [
      { kind: 'try', deployment },
      { kind: 'none', reason, retryAfterMs: 20_000 },
    ];
  const encode = (): never => {
    throw new ApiError('invalid_request_error', 'No PDFs there.');
  };

  it.each<[NoChoice['reason'], number, string | undefined]>([
    ['tried', 400, undefined],
    ['rate-limited', 429, '20'],
    ['overloaded', 529, '20'],
    ['unavailable', 503, '20'],
  ])('is told why, or when to come back where others are %s: %s', async (reason, status, retryAfter) => {
    const { caller } = await play({ adapter: { encode }, choices: unfitThen(reason) });

    expect([caller.status, caller.headers['retry-after']]).toEqual([status, retryAfter]);
  });
});

describe('a call that waits for an upstream to return', () => {
  const waits = (): Choice[] => [{ kind: 'wait', ms: 3_600_000 }];

  it('ends when its caller leaves', async () => {
    const { settlement, plan } = await play({ choices: waits, whileWaiting: leave });

    expect(settlement.outcome).toBe('abandoned');
    expect(plan.settlements).toEqual([]);
  });

  it('ends when the process has no more time, with when to come back', async () => {
    const { settlement, caller } = await play({ choices: waits, whileWaiting: cutOff });

    expect(settlement.outcome).toBe('failed');
    expect(caller.status).toBe(529);
    expect(caller.headers['retry-after']).toBe('1');
  });
});
