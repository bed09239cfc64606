import { Readable } from 'node:stream';
import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Work } from '#batches';
import { ApiError } from '#core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOrigin } from '../http/caller-origin.js';
import { pageView, readPageQuery } from '../http/page-query.js';
import { WorkCounter } from '../work/work-counter.js';
import { Uploads } from './uploads.js';
import { progressHeader, viewBatch, viewProgress } from './view-batch.js';

/** Message Batches, on any upstream. https://platform.claude.com/docs/en/api/messages/batches */
@Controller(['v1/messages/batches', 'anthropic/v1/messages/batches'])
export class BatchesController {
  private readonly uploads = new Uploads();

  constructor(private readonly counter: WorkCounter) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async create(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { workspace } = this.counter.caller(request);
    const work = await this.uploads.take(request, { reply, workspace }, async (body) =>
      this.counter.works.submitBatch(this.counter.submission('batch', request, {}), body),
    );
    return viewBatch(work, callerOrigin(request));
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Query() query: Record<string, unknown>): Promise<object> {
    const { workspace } = this.counter.caller(request);
    const { works, more } = await this.counter.works.page(workspace, 'batch', readPageQuery(query));
    const origin = callerOrigin(request);
    return pageView(
      works.map((work) => viewBatch(work, origin)),
      more,
    );
  }

  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply, @Param('id') id: string) {
    return this.show(await this.find(request, id), request, reply);
  }

  @Get(':id/progress')
  async progress(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    return viewProgress(await this.find(request, id), Date.now());
  }

  @Post(':id/cancel')
  @HttpCode(HttpStatus.OK)
  async cancel(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ) {
    if ((await this.find(request, id)).status === 'ended')
      throw new ApiError('invalid_request_error', `Batch ${id} has ended and cannot be canceled.`);
    const { workspace } = this.counter.caller(request);
    const work = await this.counter.works.cancel(workspace, 'batch', id);
    return this.show(work ?? unknown(id), request, reply);
  }

  @Delete(':id')
  async delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    const { workspace } = this.counter.caller(request);
    if (!(await this.counter.works.delete(workspace, 'batch', id))) unknown(id);
    return { id, type: 'message_batch_deleted' };
  }

  @Get(':id/results')
  async results(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const work = await this.find(request, id);
    if (work.status !== 'ended')
      throw new ApiError('not_found_error', `Batch ${id} has no results yet: it is ${work.status}.`);
    if (work.archivedAt !== undefined)
      throw new ApiError('not_found_error', `The results of batch ${id} were removed when it was archived.`);
    const lines = Readable.from(this.counter.works.results(work), { objectMode: false });
    await reply.header('content-type', 'application/x-jsonl').send(lines);
  }

  private async find(request: FastifyRequest, id: string): Promise<Work> {
    const { workspace } = this.counter.caller(request);
    return (await this.counter.works.find(workspace, 'batch', id)) ?? unknown(id);
  }

  private show(work: Work, request: FastifyRequest, reply: FastifyReply): object {
    void reply.header('x-switchyard-progress', progressHeader(work));
    return viewBatch(work, callerOrigin(request));
  }
}

/** The same for what never was and for what is another workspace's. */
const unknown = (id: string): never => {
  throw new ApiError('not_found_error', `There is no batch ${id}.`);
};
