import type { Deployment, Failure, FailureKind, ProviderAdapter, UpstreamRequest } from '#core';
import type { AnswerHandler, Dispatcher } from '#providers';
import type { Ticker, Timed } from './ticker.js';

/** An error body longer than this is not read to its end. */
const ERROR_BODY_LIMIT = 64 * 1024;

/** As an upstream sent them, lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;
type Controller = Parameters<NonNullable<AnswerHandler['onRequestStart']>>[0];

/** Who is told about an answer. After `end` or `failed`, one of which comes once, nothing more is said. */
export interface AnswerListener {
  /** A 2xx head. A failure returned here ends the call. */
  head(headers: ResponseHeaders): Failure | undefined;
  data(chunk: Buffer): void;
  end(): void;
  failed(failure: Failure): void;
  /** Everything that matters has arrived, so a connection that lingers or breaks now spoils nothing. */
  readonly satisfied: boolean;
}

export interface UpstreamCallOptions {
  deployment: Deployment;
  adapter: ProviderAdapter;
  listener: AnswerListener;
  dispatcher: Dispatcher;
  ticker: Ticker;
  now: () => number;
  /** How long the upstream may say nothing. */
  firstByteMs: number;
  /** On the clock of `now`; the call's last moment, whatever this attempt has used. */
  totalDeadline: number;
  /** Use a connection that nobody has used before. */
  fresh: boolean;
  /** Any answer's head came. */
  onHead: (headers: ResponseHeaders) => void;
  /** The first byte of an answer came, so many milliseconds after the request went out. */
  onFirstByte: (afterMs: number) => void;
}

/** Codes of a connection that is gone, as against one that brought something unreadable. */
const BREAKS = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET']);

const isBreak = ({ code }: NodeJS.ErrnoException): boolean => code !== undefined && BREAKS.has(code);

/** A kept connection that was closed shows it at once, but for the time that a busy machine takes to look; one that breaks later had been heard. */
const STALE_MS = 5_000;

/** How long a finished answer may keep its connection before it is taken for ended. */
const LINGER_MS = 2_000;

/**
 * One request to one upstream: sends it, keeps its deadlines, and turns every way in which it can go wrong
 * into one `Failure`.
 */
export class UpstreamCall implements AnswerHandler, Timed {
  /** On the clock of `now`; undefined until then. */
  firstByteAt: number | undefined;
  /** It failed at once on a kept connection, which the upstream had closed in the meantime. */
  wasStale = false;

  private controller: Controller | undefined;
  private sentAt: number | undefined;
  private reusedConnection = false;
  private lastByteAt = 0;
  private status = 0;
  private headers: ResponseHeaders = {};
  private errorBody: Buffer[] | undefined;
  private errorBytes = 0;
  private paused = false;
  private done = false;

  constructor(private readonly options: UpstreamCallOptions) {}

  /** Sends. The request is not kept: its body may be large, and its answer may take long. */
  start(request: UpstreamRequest): void {
    const { dispatcher, deployment, ticker, fresh } = this.options;
    ticker.add(this);
    dispatcher.send(request, deployment.provider.timeouts.connectMs, this, fresh);
  }

  get upstreamRequestId(): string | undefined {
    const id = this.headers['request-id'] ?? this.headers['x-request-id'];
    return typeof id === 'string' ? id : undefined;
  }

  /** Ends the call without a word to the listener. */
  abandon(): void {
    if (this.finish()) this.controller?.abort(new Error('abandoned'));
  }

  pause(): void {
    this.paused = true;
    this.controller?.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    // The silence until now was ours, not the upstream's.
    this.lastByteAt = this.options.now();
    this.controller?.resume();
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller;
    this.sentAt = this.options.now();
    this.reusedConnection = !this.options.dispatcher.isOpening;
    if (this.done) controller.abort(new Error('abandoned'));
  }

  onResponseStart(_controller: Controller, status: number, headers: ResponseHeaders): void {
    if (this.done || status < 200) return;
    this.status = status;
    this.headers = headers;
    this.options.onHead(headers);
    if (status >= 300) {
      this.errorBody = [];
      return;
    }
    const failure = this.options.listener.head(headers);
    if (failure) this.fail(failure);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.done) return;
    this.lastByteAt = this.options.now();
    if (this.firstByteAt === undefined) {
      this.firstByteAt = this.lastByteAt;
      if (!this.errorBody) this.options.onFirstByte(this.firstByteAt - (this.sentAt ?? this.firstByteAt));
    }
    if (!this.errorBody) {
      this.options.listener.data(chunk);
      return;
    }
    this.errorBody.push(chunk);
    this.errorBytes += chunk.length;
    if (this.errorBytes > ERROR_BODY_LIMIT) this.explain(this.errorBody);
  }

  onResponseEnd(): void {
    if (this.errorBody) this.explain(this.errorBody);
    else this.ended();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.done) return;
    if (this.options.listener.satisfied) this.conclude();
    else if (this.errorBody) this.explain(this.errorBody);
    else if (this.sentAt === undefined) this.failAs('connect', 'could not be reached', error);
    else if (this.status === 0 && !isBreak(error))
      this.failAs('bad-answer', 'answered with something that is no HTTP', error);
    else if (this.status === 0) this.failReset(error);
    else this.failAs('cut', 'broke off in the middle of its answer', error);
  }

  tick(now: number): void {
    const { timeouts } = this.options.deployment.provider;
    if (this.options.listener.satisfied) {
      if (now - this.lastByteAt >= LINGER_MS) this.conclude();
    } else if (now >= this.options.totalDeadline) {
      this.failAs('total-timeout', 'took longer than the time allowed for a whole call');
    } else if (this.firstByteAt === undefined) {
      const { firstByteMs } = this.options;
      if (this.sentAt !== undefined && now - this.sentAt >= firstByteMs)
        this.failAs('first-byte-timeout', `sent nothing for ${firstByteMs} ms`);
    } else if (!this.paused && now - this.lastByteAt >= timeouts.idleMs) {
      this.failAs('idle-timeout', `fell silent for ${timeouts.idleMs} ms in the middle of its answer`);
    }
  }

  /** Ends the call for a reason that the listener found in the answer. */
  fail(failure: Failure): void {
    if (!this.finish()) return;
    this.controller?.abort(new Error(failure.error.message));
    this.options.listener.failed(failure);
  }

  private failReset(error: Error): void {
    this.wasStale = this.reusedConnection && this.options.now() - (this.sentAt ?? 0) < STALE_MS;
    this.failAs('reset', 'closed the connection without an answer', error);
  }

  private failAs(kind: FailureKind, what: string, cause?: unknown): void {
    const type = kind.endsWith('timeout') ? 'timeout_error' : 'api_error';
    this.fail({ kind, error: { type, message: `The upstream ${what}.` }, cause });
  }

  private explain(body: Buffer[]): void {
    this.fail(this.options.adapter.explain(this.status, this.headers, Buffer.concat(body)));
  }

  private conclude(): void {
    const { controller } = this;
    this.ended();
    controller?.abort(new Error('the answer was complete'));
  }

  /** An answer that cannot be read is the upstream's failure, however it shows. */
  private ended(): void {
    if (!this.finish()) return;
    const { listener } = this.options;
    try {
      listener.end();
    } catch (cause) {
      const message = 'The upstream sent an answer that cannot be read.';
      listener.failed({ kind: 'bad-answer', error: { type: 'api_error', message }, cause });
    }
  }

  /** True the first time. */
  private finish(): boolean {
    if (this.done) return false;
    this.done = true;
    this.options.ticker.delete(this);
    return true;
  }
}
