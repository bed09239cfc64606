import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common';
import { ApiError, errorEnvelope } from '#core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallRecorder } from '../observe/call-recorder.js';
import { BODY_LIMIT } from './server.js';
import { RouteTable } from './route-table.js';

const FASTIFY_ERRORS: Record<string, () => ApiError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ApiError('request_too_large', `Request exceeds the maximum size of ${BODY_LIMIT} bytes.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ApiError('invalid_request_error', 'The body must be JSON: send content-type: application/json.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    new ApiError('invalid_request_error', 'The body is empty; a JSON object is required.'),
};

/** Every error that reaches a caller outside a started answer takes its shape here, and only here. */
@Catch()
export class ApiErrorFilter implements ExceptionFilter {
  constructor(
    private readonly recorder: CallRecorder,
    private readonly routes: RouteTable,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = this.inApiTerms(thrown, request);
    this.recorder.refused(request, error);
    // Fastify closes the connection under a body that is too large, and the caller would never read why.
    void reply.removeHeader('connection');
    void reply
      .code(error.status)
      .headers(error.headers)
      .type('application/json')
      .send(JSON.stringify(errorEnvelope(error.error, request.id)));
  }

  private inApiTerms(thrown: unknown, request: FastifyRequest): ApiError {
    if (thrown instanceof ApiError) return thrown;
    if (thrown instanceof NotFoundException) return this.routes.notFound(request);
    const { code, statusCode, message } = thrown as { code?: string; statusCode?: number; message?: string };
    const known = code === undefined ? undefined : FASTIFY_ERRORS[code];
    if (known) return known();
    const status = thrown instanceof HttpException ? thrown.getStatus() : (statusCode ?? 500);
    if (status >= 400 && status < 500)
      return new ApiError('invalid_request_error', message ?? 'The request is not valid.');
    return new ApiError('api_error', 'The gateway failed to handle this request.', { cause: thrown });
  }
}
