import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { checkWebhookUrl } from '#batches';
import type { Config, ConfigSource, Logger, Telemetry } from '#platform';
import { CallMetrics, observeRouting, openCallPath, openWorks } from '#replica';
import { RoutingDesk } from './admin/routing-desk.js';
import { GatewayModule, type GatewayParts } from './gateway.module.js';
import { ApiErrorFilter } from './http/api-error.filter.js';
import { type Access, authenticator } from './http/authenticate.js';
import { Connections } from './http/connections.js';
import { Drain } from './http/drain.js';
import { InFlightLimit } from './http/in-flight-limit.js';
import { KeyRing } from './http/key-ring.js';
import { RouteTable } from './http/route-table.js';
import { createServer } from './http/server.js';
import { JobCounter } from './jobs/job-counter.js';
import { Admission } from './messages/admission.js';
import { ListedModels } from './models/listed-models.js';
import { CallRecorder } from './observe/call-recorder.js';
import { Scrape } from './observe/scrape.js';
import { WorkCounter } from './work/work-counter.js';

export interface GatewayOptions {
  config: ConfigSource;
  logger: Logger;
  telemetry: Telemetry;
  host: string;
  port: number;
}

/** A gateway that is listening. */
export interface Gateway {
  /** Where, with the port that was really taken. */
  url: string;
  /** From now on: not ready, and every answer closes its connection. */
  drain(): void;
  /** Ends the running calls, each with an error that its caller can read. */
  cutOff(): void;
  /** Takes no more, lets running calls end for at most so long, cuts off what is left, and is gone. */
  close(withinMs: number): Promise<void>;
}

/** For the errors that cut-off calls end with to reach their callers. */
const LAST_WORDS_MS = 2_000;

const now = (): number => performance.now();

/** The composition root: everything is made here, once, and handed to whoever needs it. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { config, logger, telemetry } = options;
  const path = await openCallPath(options);
  const { exchange } = path;
  observeRouting(telemetry.meter, path, () => config.current.catalog.routes);
  const drain = new Drain();
  const inFlight = new InFlightLimit(() => config.current.listen.maxInFlight);
  const recorder = new CallRecorder(logger, new CallMetrics(telemetry.meter, () => inFlight.count));
  const admission = new Admission(() => config.current, telemetry.tracer, now);
  const works = await openWorks(options);
  const counter = new WorkCounter(works.works, {
    expiresMs: () => config.current.batches.expiresMs,
    checkWebhookUrl: (url) => checkWebhookUrl(url, config.current.webhooks),
  });
  const app = await listen(
    options,
    { drain, inFlight },
    {
      admission,
      counter,
      jobs: new JobCounter(counter, admission),
      drain,
      exchange,
      models: new ListedModels(() => config.current),
      recorder,
      routing: new RoutingDesk(() => config.current, path),
      scrape: new Scrape(telemetry),
    },
  );
  works.reconciler.start();
  const connections = new Connections(app.getHttpServer());
  const cutOff = (): void => {
    exchange.cutOff();
    // Callers that are still sending, or do not read what they are told, are waited for no longer than the others need.
    setTimeout(() => app.getHttpServer().closeAllConnections(), LAST_WORDS_MS).unref();
  };
  return {
    url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    drain: () => drain.begin(),
    cutOff,
    close: async (withinMs) => {
      drain.begin();
      const deadline = setTimeout(cutOff, withinMs);
      const endSweep = connections.sweep();
      await app.close();
      endSweep();
      clearTimeout(deadline);
      await works.reconciler.stop();
      await works.close();
      await path.close();
    },
  };
};

const listen = async (
  { config, host, port }: GatewayOptions,
  gates: { drain: Drain; inFlight: InFlightLimit },
  parts: GatewayParts,
): Promise<NestFastifyApplication> => {
  const accessOf = ({ keys, adminKey }: Config): Access => ({ keys: new KeyRing(keys), adminKey });
  let access = accessOf(config.current);
  config.onChange((changed) => {
    access = accessOf(changed);
  });
  const authenticate = authenticator(() => access, Date.now);
  const server = createServer({ authenticate, ...gates, routes: new RouteTable() });
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.of(parts), new FastifyAdapter(server), {
    bodyParser: false,
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  app.useGlobalFilters(new ApiErrorFilter(parts.recorder));
  await app.listen(port, host);
  return app;
};
