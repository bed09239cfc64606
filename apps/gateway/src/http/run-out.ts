import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';

/** How long a body that nobody wants may go on. */
const RUN_OUT_MS = 60_000;

/**
 * Lets the rest of a body come and go, so that a caller who sends all of it before it reads gets to read the answer. Resolves when
 * it is over; when it takes too long, with the connection destroyed. Never rejects.
 */
export const runOut = async (body: IncomingMessage, withinMs = RUN_OUT_MS): Promise<void> => {
  if (body.readableEnded || body.destroyed) return;
  const late = setTimeout(() => body.destroy(), withinMs);
  body.resume();
  await finished(body).catch(() => undefined);
  clearTimeout(late);
};
