import type { LineResult, Work, Works } from '#batches';

/** Longer silences make proxies on the way close a connection. */
const PING_AFTER_MS = 15_000;

const PING = Buffer.from('event: ping\ndata: {"type":"ping"}\n\n');

const encode = ({ id, event, data }: { id?: string; event: string; data: string }): Buffer =>
  Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);

/** How a stream of a job that did not succeed ends: with an error, as the stream of a failed call does. */
const errorOf = (result: LineResult | undefined, requestId: string): object | undefined => {
  const ended = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: requestId });
  switch (result?.type) {
    case 'errored':
      return result.error;
    case 'canceled':
      return ended('conflict_error', 'The job was canceled.');
    case 'expired':
      return ended('timeout_error', 'The job expired before it was answered.');
    case 'succeeded':
    case undefined:
      return undefined;
  }
};

export interface JobStream {
  works: Works;
  work: Work;
  lastEventId: string | undefined;
  requestId: string;
  signal: AbortSignal;
}

/** What a job says, from the beginning or from where the watcher was: server-sent events as bytes, until the job ends. */
// eslint-disable-next-line func-style -- a generator has no other form
export async function* jobEvents({ works, work, lastEventId, requestId, signal }: JobStream): AsyncGenerator<Buffer> {
  let last = '';
  for await (const event of withPings(works.events(work, lastEventId, signal), signal)) {
    if (event === 'ping') yield PING;
    else {
      last = event.event;
      yield encode(event);
    }
  }
  if (last === 'error' || signal.aborted) return;
  const now = await works.find(work.workspace, 'job', work.id);
  const error = now?.status === 'ended' ? errorOf(await works.result(now), requestId) : undefined;
  if (error) yield encode({ event: 'error', data: JSON.stringify(error) });
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
