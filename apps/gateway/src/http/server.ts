import { ApiError, type CallerKey, errorEnvelope } from '#core';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Authenticate } from './authenticate.js';
import type { Drain } from './drain.js';
import { answerHalfClosed } from './half-closed-caller.js';
import type { InFlightLimit } from './in-flight-limit.js';
import { BODY_LIMIT, bodyLimitOf, isStreamed, readBody, tooLarge } from './read-body.js';
import type { RouteTable } from './route-table.js';
import { answerUnmetExpectations, answerUnreadable, newRequestId } from './unreadable.js';

/** More headers than this is an attack on whoever parses them next, not a client. */
const HEADER_COUNT_LIMIT = 100;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key it came with. Null on paths that need none. */
    caller: CallerKey | null;
  }
}

/** What every request is put past before its route. */
export interface ServerParts {
  authenticate: Authenticate;
  drain: Drain;
  inFlight: InFlightLimit;
  routes: RouteTable;
}

/**
 * The HTTP server: sizes, timers and what every request goes through before its route.
 * Bodies stay bytes; the routes that want more parse them.
 */
export const createServer = ({ authenticate, drain, inFlight, routes }: ServerParts): FastifyInstance => {
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    genReqId: newRequestId,
    requestIdHeader: false,
    // The upload only: an answer may take as long as it takes. So long clients wait for a batch to be taken in; bodies that are collected have less.
    requestTimeout: 600_000,
    // Longer than the minute after which load balancers drop an idle connection.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: {
      maxHeaderSize: 32 * 1024,
      headersTimeout: 15_000,
      connectionsCheckingInterval: 5_000,
      // Missed below, where the answer can be given in the API's shape.
      requireHostHeader: false,
      // What waits for a slow caller; the system's own buffers are large enough for a fast one.
      highWaterMark: 16 * 1024,
    },
    clientErrorHandler: answerUnreadable,
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error, request: FastifyRequest, reply: FastifyReply) => {
      const body = Buffer.from(
        JSON.stringify(errorEnvelope({ type: 'invalid_request_error', message: error.message }, request.id)),
      );
      void reply.code(400).headers({ 'request-id': request.id, 'content-type': 'application/json' }).send(body);
    },
  });
  routes.watch(server);
  answerHalfClosed(server.server);
  answerUnmetExpectations(server.server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', (request, payload, done) => {
    if (isStreamed(request.routeOptions.url)) done(null, payload);
    else readBody(payload, done);
  });
  server.decorateRequest('caller', null);
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('request-id', request.id);
    // Makes Node say `connection: close`, however the answer is sent.
    if (drain.draining) reply.raw.shouldKeepAlive = false;
    const theirs = request.headers['x-request-id'];
    if (typeof theirs === 'string' && theirs.length <= 128) reply.header('x-request-id', theirs);
    try {
      refuseAtOnce(request);
      request.caller = authenticate(request);
      if (request.is404) throw routes.notFound(request);
      if (request.method === 'POST') inFlight.enter(reply.raw);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  return server;
};

/** Said before the body is read, so that the connection is kept and the caller gets to read the answer. */
const refuseAtOnce = (request: FastifyRequest): void => {
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
    throw new ApiError('invalid_request_error', 'The host header is missing.');
  if (request.raw.rawHeaders.length > HEADER_COUNT_LIMIT * 2)
    throw new ApiError('invalid_request_error', `More than ${HEADER_COUNT_LIMIT} headers.`, { status: 431 });
  const limit = bodyLimitOf(request.routeOptions.url);
  if (Number(request.headers['content-length']) > limit) throw tooLarge(limit);
  if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity')
    throw new ApiError('invalid_request_error', 'Compressed request bodies are not supported; send plain JSON.', {
      details: { error_code: 'request_body_encoding_unsupported' },
    });
};
