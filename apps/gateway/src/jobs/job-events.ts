import type { JobEvent } from '#batches';

/** Longer silences make proxies on the way close a connection. */
const PING_AFTER_MS = 15_000;

const PING = Buffer.from('event: ping\ndata: {"type":"ping"}\n\n');

/** Data may have several lines, where an upstream's has. https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
const encode = ({ id, event, data }: JobEvent): Buffer =>
  Buffer.from(`id: ${id}\nevent: ${event}\ndata: ${data.replaceAll('\n', '\ndata: ')}\n\n`);

/** What a job says, as server-sent events, until it ends. */
// eslint-disable-next-line func-style -- a generator has no other form
export async function* jobEvents(events: AsyncIterable<JobEvent>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const event of withPings(events, signal)) yield event === 'ping' ? PING : encode(event);
}

/** The same, with a `ping` wherever nothing came for a while. */
async function* withPings<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T | 'ping'> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    while (!signal.aborted) {
      const first = await firstOf(next);
      if (first === 'ping') yield first;
      else if (first.done) return;
      else {
        yield first.value;
        next = iterator.next();
      }
    }
  } finally {
    await iterator.return?.();
  }
}

const firstOf = async <T>(next: Promise<T>): Promise<T | 'ping'> => {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'ping'>((resolve) => {
    timer = setTimeout(resolve, PING_AFTER_MS, 'ping');
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
};
