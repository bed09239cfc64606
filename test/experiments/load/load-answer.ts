import type { Dispatcher } from 'undici';
import type { CallRecord } from './call-record.js';

/** Whose call it is, and who wants to know how it went. */
export interface AnswerWatch {
  n: number;
  replica: number;
  /** Milliseconds since the epoch. */
  intendedAt: number;
  over(record: CallRecord, body: Buffer): void;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Milliseconds since the epoch, never going back. */
export const epochMs = (): number => performance.timeOrigin + performance.now();

const STREAM_END = 'event: message_stop\n';
const STREAM_ERROR = 'event: error\n';

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header;

/** An answer as it comes in. */
export class LoadAnswer implements Dispatcher.DispatchHandler {
  private status = 0;
  private headers: Headers = {};
  private firstByteMs: number | undefined;
  private readonly chunks: Buffer[] = [];

  constructor(private readonly watch: AnswerWatch) {}

  onRequestStart(): void {
    // Nothing to note: time runs from when the call was meant to start.
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.firstByteMs ??= epochMs() - this.watch.intendedAt;
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.over(undefined);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.over(error);
  }

  private over(error: Error | undefined): void {
    const { watch, status, headers, firstByteMs } = this;
    const body = Buffer.concat(this.chunks);
    const ending = error ? 'cut' : this.endingOf(body);
    const retryAfter = textOf(headers['retry-after']);
    watch.over(
      {
        n: watch.n,
        replica: watch.replica,
        intendedAt: watch.intendedAt,
        firstByteMs,
        wholeMs: epochMs() - watch.intendedAt,
        status,
        ending,
        provider: textOf(headers['x-switchyard-provider']),
        attempts: textOf(headers['x-switchyard-attempts'])?.split(', ') ?? [],
        retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
        problem: error?.message ?? (ending === 'whole' ? undefined : body.subarray(-300).toString()),
      },
      body,
    );
  }

  private endingOf(body: Buffer): CallRecord['ending'] {
    if (this.status !== 200) return 'error';
    if (!textOf(this.headers['content-type'])?.startsWith('text/event-stream')) return 'whole';
    if (body.includes(STREAM_ERROR)) return 'error';
    return body.includes(STREAM_END) ? 'whole' : 'cut';
  }
}
