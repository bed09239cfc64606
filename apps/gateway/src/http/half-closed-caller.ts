import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** When a caller that has closed its side is sent something, in milliseconds since it did. */
const PROBES_MS = [0, 5, 30, 200];

/** An event-stream comment, which every reader passes over. */
const COMMENT = ':\n\n';

/** What each connection is being answered. Kept by connection, because a listener for every answer would cost each call. */
const answering = new WeakMap<Socket, ServerResponse>();

/** Part of an answer has been sent on this connection, and part has not. */
export const isMidAnswer = (socket: Socket): boolean => {
  const response = answering.get(socket);
  return response !== undefined && response.headersSent && !response.writableFinished;
};

/**
 * Answers callers that have closed their side (FIN), which Node by itself takes for gone.
 * One may be gone indeed, or may only have nothing more to ask and read on: TCP says the same of both. So it is sent
 * something that means nothing. The system of one that is gone refuses that, and the response closes; it takes a second
 * sending to be told of the refusal. RFC 9293, 3.10.7.
 */
export const answerHalfClosed = (server: Server): void => {
  // What Node does not document: whether a caller that has closed its side is answered all the same.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('connection', (socket: Socket) => {
    socket.once('end', () => probe(answering.get(socket)));
  });
};

/** The answer that a connection is busy with from now on. */
export const watchHalfClose = (response: ServerResponse): void => {
  const watch = (socket: Socket): void => {
    answering.set(socket, response);
    if (socket.readableEnded) probe(response);
  };
  // An answer that was asked for ahead of its turn has no socket yet.
  if (response.socket) watch(response.socket);
  else response.once('socket', watch);
};

/** The answer is over. A connection that waits for its next request must not keep all of the last call in memory. */
export const unwatchHalfClose = (response: ServerResponse): void => {
  const { socket } = response.req;
  if (answering.get(socket) === response) answering.delete(socket);
};

const probe = (response: ServerResponse | undefined): void => {
  if (!response || response.writableEnded) return;
  const timers = PROBES_MS.map((ms) => setTimeout(sendNothing, ms, response));
  response.once('close', () => timers.forEach(clearTimeout));
};

const sendNothing = (response: ServerResponse): void => {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) response.write(COMMENT);
  // HTTP/1.0 has nothing that means nothing, so its callers are taken for gone.
  else if (response.req.httpVersion === '1.0') response.destroy();
  else response.writeContinue();
};
