import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { ApiError, errorEnvelope } from '#core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallRecorder } from '../observe/call-recorder.js';

/** What Fastify refuses by itself, by the status that it gives it. Its texts speak of Fastify's options. */
const REFUSED_BY_FASTIFY: Readonly<Record<number, () => ApiError>> = {
  415: () => new ApiError('invalid_request_error', 'The body must be JSON: send content-type: application/json.'),
};

/** Every error that reaches a caller outside a started answer takes its shape here, and only here. */
@Catch()
export class ApiErrorFilter implements ExceptionFilter {
  constructor(private readonly recorder: CallRecorder) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = inApiTerms(thrown);
    this.recorder.refused(request, error);
    // Bytes, because Fastify would add a charset to text, which JSON does not have.
    const body = Buffer.from(JSON.stringify(errorEnvelope(error.error, request.id)));
    void reply.code(error.status).headers(error.headers).header('content-type', 'application/json').send(body);
  }
}

const inApiTerms = (thrown: unknown): ApiError => {
  if (thrown instanceof ApiError) return thrown;
  const { statusCode, message } = thrown as { statusCode?: number; message?: string };
  const status = thrown instanceof HttpException ? thrown.getStatus() : (statusCode ?? 500);
  if (status >= 500) return new ApiError('api_error', 'The gateway failed to handle this request.', { cause: thrown });
  return (
    REFUSED_BY_FASTIFY[status]?.() ?? new ApiError('invalid_request_error', message ?? 'The request is not valid.')
  );
};
