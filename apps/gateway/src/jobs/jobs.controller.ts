import { Readable } from 'node:stream';
import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Work } from '#batches';
import { ApiError } from '#core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageView, readPageQuery } from '../http/page-query.js';
import { WorkCounter } from '../work/work-counter.js';
import { hangUpSignal, JobCounter } from './job-counter.js';
import { jobEvents } from './job-events.js';
import { waitOf } from './prefer.js';
import { viewJob } from './view-job.js';

/** Single calls that are answered later. */
@Controller(['v1/messages/jobs', 'anthropic/v1/messages/jobs'])
export class JobsController {
  constructor(
    private readonly counter: WorkCounter,
    private readonly jobs: JobCounter,
  ) {}

  @Post()
  submit(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.jobs.submit(request, reply);
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Query() query: Record<string, unknown>): Promise<object> {
    const { workspace } = this.counter.caller(request);
    const { works, more } = await this.counter.works.page(workspace, 'job', readPageQuery(query));
    // A list is for finding; results are fetched one by one.
    return pageView(
      works.map((work) => viewJob(work, undefined)),
      more,
    );
  }

  @Get(':id')
  async get(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Query('wait') wait: string | undefined,
  ): Promise<object> {
    const work = await this.find(request, id);
    const waitMs = waitOf(wait) ?? 0;
    if (waitMs === 0 || work.status === 'ended') return this.jobs.view(work);
    return this.jobs.view(await this.counter.works.waitForEnd(work, waitMs, hangUpSignal(reply)));
  }

  /** The Messages events. Each has an id; `Last-Event-ID` goes on after it. */
  @Get(':id/stream')
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const work = await this.find(request, id);
    const lastEventId = [request.headers['last-event-id']].flat()[0] || undefined;
    const signal = hangUpSignal(reply);
    const events = jobEvents(this.counter.works.events(work, lastEventId, signal), signal);
    await reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
      })
      .send(Readable.from(events, { objectMode: false }));
  }

  @Post(':id/cancel')
  @HttpCode(HttpStatus.OK)
  async cancel(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    const { workspace } = this.counter.caller(request);
    return this.jobs.view((await this.counter.works.cancel(workspace, 'job', id)) ?? unknown(id));
  }

  @Delete(':id')
  async delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    const { workspace } = this.counter.caller(request);
    if (!(await this.counter.works.delete(workspace, 'job', id))) unknown(id);
    return { id, type: 'message_job_deleted' };
  }

  private async find(request: FastifyRequest, id: string): Promise<Work> {
    const { workspace } = this.counter.caller(request);
    return (await this.counter.works.find(workspace, 'job', id)) ?? unknown(id);
  }
}

/** The same for what never was and for what is another workspace's. */
const unknown = (id: string): never => {
  throw new ApiError('not_found_error', `There is no job ${id}.`);
};
