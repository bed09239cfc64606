import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BODY_LIMIT } from '../http/read-body.js';
import { runOut } from '../http/run-out.js';
import { UploadLimit } from './upload-limit.js';

/** May weigh more than a Messages body, of which each call may hold one. */
const isLarge = ({ headers }: IncomingMessage): boolean => !(Number(headers['content-length']) <= BODY_LIMIT);

/** Bodies that are taken in while they come. */
export class Uploads {
  private readonly limit = new UploadLimit();

  /** Gives the body to `take`, and lets run out what that has left of it. Rejects as `take` does, and with 429 or 529 where there are too many. */
  async take<T>(
    { raw }: FastifyRequest,
    { reply, workspace }: { reply: FastifyReply; workspace: string },
    take: (body: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<T> {
    try {
      const leave = isLarge(raw) ? this.limit.enter(workspace) : undefined;
      return await take(raw.iterator({ destroyOnReturn: false })).finally(leave);
    } finally {
      const over = runOut(raw);
      // A connection that is not kept is closed with the answer, however much is still to come.
      if (!reply.raw.shouldKeepAlive) await over;
    }
  }
}
