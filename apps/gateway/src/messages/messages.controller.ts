import { Controller, Post, Req, Res } from '@nestjs/common';
import type { Endpoint } from '#core';
import { Exchange } from '#exchange';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ResponseSink } from '../http/response-sink.js';
import { CallRecorder } from '../observe/call-recorder.js';
import { JobCounter } from '../jobs/job-counter.js';
import { readPrefer } from '../jobs/prefer.js';
import { Admission } from './admission.js';

/** The Messages API. https://platform.claude.com/docs/en/api/messages */
@Controller(['v1/messages', 'anthropic/v1/messages'])
export class MessagesController {
  constructor(
    private readonly admission: Admission,
    private readonly exchange: Exchange,
    private readonly recorder: CallRecorder,
    private readonly jobs: JobCounter,
  ) {}

  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const preference = request.headers.prefer ? readPrefer(request.headers.prefer) : undefined;
    if (!preference?.respondAsync) return this.answer('messages', request, reply);
    await reply.send(await this.jobs.answerLater(request, reply, preference));
  }

  @Post('count_tokens')
  countTokens(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer('count_tokens', request, reply);
  }

  private async answer(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const call = this.admission.admit(endpoint, request);
    // The call has the body now, and lets go of it as soon as it can.
    request.body = undefined;
    // From here on the answer is the exchange's: nothing of Nest or Fastify touches its bytes.
    reply.hijack();
    this.recorder.settled(await this.exchange.answer(call, new ResponseSink(reply.raw, echoedHeaders(reply))));
  }
}

/** What the request hook has put on the reply already; a hijacked reply forgets it. */
const echoedHeaders = (reply: FastifyReply): Record<string, string> => {
  const theirs = reply.getHeader('x-request-id');
  return typeof theirs === 'string' ? { 'x-request-id': theirs } : {};
};
