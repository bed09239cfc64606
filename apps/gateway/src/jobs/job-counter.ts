import { type LineResult, UNANSWERED, type Work } from '#batches';
import { ApiError, STATUS_OF } from '#core';
import { readJobRequest, readMessagesRequest } from '#dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOrigin } from '../http/caller-origin.js';
import { Admission } from '../messages/admission.js';
import { type Wishes, WorkCounter } from '../work/work-counter.js';
import { appliedPreference, type Preference } from './prefer.js';
import { viewJob } from './view-job.js';

/** Ends with the connection. */
export const hangUpSignal = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
};

/** Takes single calls for later, in either of the two ways of asking for it, and says what came of them. */
export class JobCounter {
  constructor(
    private readonly counter: WorkCounter,
    private readonly admission: Admission,
  ) {}

  /** `POST /v1/messages/jobs`. */
  async submit(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    const { params, ...wishes } = readJobRequest(request.body as Buffer);
    return this.accepted(await this.take(request, params, wishes), request, reply);
  }

  /** `POST /v1/messages` with `Prefer: respond-async`: 200 with the message if it is there in time, else 202 with the job. */
  async answerLater(request: FastifyRequest, reply: FastifyReply, preference: Preference): Promise<object> {
    const work = await this.take(request, request.body as Buffer, {});
    void reply.header('preference-applied', appliedPreference(preference));
    const { works } = this.counter;
    const now = preference.waitMs ? await works.waitForEnd(work, preference.waitMs, hangUpSignal(reply)) : work;
    if (now.status !== 'ended') return this.accepted(now, request, reply);
    void reply.code(200);
    return asAnswered(await works.result(now), reply);
  }

  /** As callers see it, result and all. */
  async view(work: Work): Promise<object> {
    return viewJob(work, work.status === 'ended' ? await this.counter.works.result(work) : undefined);
  }

  /** Refuses at once what could only fail later: nobody should have to poll for a misspelt field. */
  private take(request: FastifyRequest, params: Buffer, wishes: Wishes): Promise<Work> {
    const submission = this.counter.submission('job', request, wishes);
    const read = readMessagesRequest({ endpoint: 'messages', body: params, headers: request.headers });
    this.admission.routeOf(this.counter.caller(request), read.model);
    return this.counter.works.submitJob(submission, params);
  }

  private accepted(work: Work, request: FastifyRequest, reply: FastifyReply): Promise<object> {
    void reply.code(202).header('location', `${callerOrigin(request)}/v1/messages/jobs/${work.id}`);
    return this.view(work);
  }
}

/** What a synchronous call would have been answered. */
const asAnswered = (result: LineResult | undefined, reply: FastifyReply): object => {
  if (result?.type === 'succeeded') return result.message as object;
  if (result?.type === 'errored') {
    const { type } = result.error.error;
    void reply.code(Object.hasOwn(STATUS_OF, type) ? STATUS_OF[type as keyof typeof STATUS_OF] : 500);
    return result.error;
  }
  const { type, message } = UNANSWERED[result?.type ?? 'expired'];
  throw new ApiError(type, message);
};
