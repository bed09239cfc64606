import type { MessagesRequest } from '../requests/messages-request.js';
import type { Answer } from './answer.js';
import type { Caller } from './caller.js';

/** Few, so that what a proxy needs while a stream begins does not pass for what it needs to keep it. */
const AT_ONCE = 10;

/** Opens streams one by one and resolves when each has told its first content. Rejects when one ends. */
export const openStreams = async (caller: Caller, request: MessagesRequest, count: number): Promise<Answer[]> => {
  const streams: Answer[] = [];
  while (streams.length < count) {
    const opening = Array.from({ length: Math.min(AT_ONCE, count - streams.length) }, () =>
      openStream(caller, request),
    );
    streams.push(...(await Promise.all(opening)));
  }
  return streams;
};

const openStream = (caller: Caller, request: MessagesRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const stream = caller.send(request, {
      content: () => resolve(stream),
      over: ({ fault }) => reject(new Error(`an idle stream ended: ${fault ?? 'whole'}`)),
    });
  });
