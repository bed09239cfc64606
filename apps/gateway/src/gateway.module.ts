import { type DynamicModule, Module } from '@nestjs/common';
import { Exchange } from '#exchange';
import { HealthController } from './health/health.controller.js';
import { AdminController } from './admin/admin.controller.js';
import { RoutingDesk } from './admin/routing-desk.js';
import { BatchesController } from './batches/batches.controller.js';
import { Drain } from './http/drain.js';
import { JobCounter } from './jobs/job-counter.js';
import { JobsController } from './jobs/jobs.controller.js';
import { Admission } from './messages/admission.js';
import { MessagesController } from './messages/messages.controller.js';
import { ListedModels } from './models/listed-models.js';
import { ModelsController } from './models/models.controller.js';
import { CallRecorder } from './observe/call-recorder.js';
import { Scrape } from './observe/scrape.js';
import { WorkCounter } from './work/work-counter.js';

/** What the controllers are given. Made by `gateway.ts`, so that none of it needs to know of Nest. */
export interface GatewayParts {
  admission: Admission;
  drain: Drain;
  counter: WorkCounter;
  jobs: JobCounter;
  exchange: Exchange;
  models: ListedModels;
  recorder: CallRecorder;
  routing: RoutingDesk;
  scrape: Scrape;
}

/** The gateway's single module. */
@Module({})
export class GatewayModule {
  static of(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      // Ahead of what is under the same path with a parameter in it.
      controllers: [
        MessagesController,
        BatchesController,
        JobsController,
        ModelsController,
        AdminController,
        HealthController,
      ],
      providers: [
        { provide: Admission, useValue: parts.admission },
        { provide: Drain, useValue: parts.drain },
        { provide: WorkCounter, useValue: parts.counter },
        { provide: JobCounter, useValue: parts.jobs },
        { provide: Exchange, useValue: parts.exchange },
        { provide: ListedModels, useValue: parts.models },
        { provide: CallRecorder, useValue: parts.recorder },
        { provide: RoutingDesk, useValue: parts.routing },
        { provide: Scrape, useValue: parts.scrape },
      ],
    };
  }
}
