import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errorEnvelope, mintId } from '#core';
import { randomByte } from '#platform';
import { isMidAnswer } from './half-closed-caller.js';

export const newRequestId = (): string => mintId('req', randomByte);

const PROBLEMS: Readonly<Record<string, [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
};
const NO_HTTP: [string, string] = ['400 Bad Request', 'This is not an HTTP/1.1 request.'];

const envelope = (message: string): { requestId: string; body: string } => {
  const requestId = newRequestId();
  return { requestId, body: JSON.stringify(errorEnvelope({ type: 'invalid_request_error', message }, requestId)) };
};

/** Bytes that are no HTTP request. There is no request to answer, so the answer is written by hand. */
export const answerUnreadable = (error: Error & { code?: string }, socket: Socket): void => {
  // Written into an answer that is under way, an error would look like a part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || isMidAnswer(socket)) {
    socket.destroy();
    return;
  }
  const [status, message] = PROBLEMS[error.code ?? ''] ?? NO_HTTP;
  const { requestId, body } = envelope(message);
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json',
    `request-id: ${requestId}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
};

/** The one expectation that HTTP knows is met by Node; any other gets an answer of ours. RFC 9110, 10.1.1. */
export const answerUnmetExpectations = (server: Server): void => {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { requestId, body } = envelope('The only expectation that can be met is 100-continue.');
    const length = Buffer.byteLength(body);
    response
      .writeHead(417, { 'content-type': 'application/json', 'content-length': length, 'request-id': requestId })
      .end(body);
  });
};
