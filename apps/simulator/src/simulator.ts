import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Call } from './call.js';
import { serveControl } from './control.js';
import { parseDirectives } from './directives/directives.js';
import type { Ledger } from './ledger/ledger.js';
import { pathOf, routeOf } from './routes.js';
import { serveCall } from './serve-call.js';
import { newSimulation, resetSimulation, type Settings, type Simulation } from './simulation.js';

export interface SimulatorOptions {
  /** 0, the default, takes any free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** What every answer depends on besides the request. Default 1. */
  seed?: number;
  /** Directives for every call, weaker than those of its credential, model or header. Default none. */
  behaviour?: string;
  /** Whether what the real APIs refuse is refused. Default true. */
  strict?: boolean;
  /** Answers without parsing requests, the same to all: for measuring what stands before it. Default false. */
  express?: boolean;
  /** `counts` keeps totals only. Default `full`. */
  ledger?: 'full' | 'counts';
  /** Calls that the ledger remembers. Default 10,000. */
  ledgerCapacity?: number;
  /** How many of the last request bodies are kept, if at most 64 KiB long. Default 100. */
  keepBodies?: number;
  /** How long an idle connection is kept. Default 60,000. */
  keepAliveTimeoutMs?: number;
  /** Names that the list of models holds. Any other name is answered for too. */
  models?: readonly string[];
  /** Milliseconds since the epoch, never going back. */
  now?: () => number;
}

/** A running simulator. */
export interface Simulator {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly ledger: Ledger;
  /** Replaces the directives that hold for every call. Throws `DirectiveError`. */
  behave(directives: string): void;
  /** As if it had just been started, calls under way excepted. */
  reset(): void;
  /** Breaks off every connection and stops listening. */
  close(): Promise<void>;
}

const DEFAULTS: Settings = {
  port: 0,
  host: '127.0.0.1',
  seed: 1,
  behaviour: '',
  strict: true,
  express: false,
  ledger: 'full',
  ledgerCapacity: 10_000,
  keepBodies: 100,
  keepAliveTimeoutMs: 60_000,
  models: ['sim-small', 'sim-large', 'claude-sonnet-4-5-20250929', 'claude-haiku-4-5-20251001', 'deepseek-chat'],
  now: () => performance.timeOrigin + performance.now(),
};

/** An option that is there but undefined is one that was not given. */
const settingsOf = (options: SimulatorOptions): Settings => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...(Object.fromEntries(given) satisfies Partial<Settings>) };
};

const listenerFor =
  (simulation: Simulation): RequestListener =>
  (request, response) => {
    const route = routeOf(request.method ?? '', pathOf(request.url ?? ''), request.headers);
    const served = route
      ? serveCall(new Call(simulation, route, request, response))
      : serveControl(simulation, request, response);
    // A mistake of the simulator's own must not pass for a fault that somebody asked for.
    served.catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error));
      response.destroy();
    });
  };

const listen = async (server: Server, { port, host }: Settings): Promise<AddressInfo> => {
  // A load test opens its connections all at once.
  server.listen({ port, host, backlog: 4096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the simulator listens on TCP only');
  return address;
};

const urlOf = ({ family, address, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

/**
 * Starts an upstream that can be told how to answer. Rejects when the port is taken, and with `DirectiveError` for a
 * behaviour that cannot be read.
 */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulation = newSimulation(settingsOf(options));
  parseDirectives(simulation.behaviour);
  const { settings } = simulation;
  // No request timeout: how long an upstream may take is for its callers to decide.
  const server = createServer(
    { keepAliveTimeout: settings.keepAliveTimeoutMs, requestTimeout: 0 },
    listenerFor(simulation),
  );
  const address = await listen(server, settings);
  return {
    url: urlOf(address),
    port: address.port,
    ledger: simulation.ledger,
    behave: (directives) => {
      parseDirectives(directives);
      simulation.behaviour = directives;
    },
    reset: () => resetSimulation(simulation),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
