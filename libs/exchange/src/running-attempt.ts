import type { Deployment, Failure, ProviderAdapter, ReportedLimit, UpstreamRequest, WholeAnswer } from '#core';
import type { Dispatcher } from '#providers';
import { StreamRelay, WholeAnswerCollector } from './answer.js';
import type { AttemptTrace } from './call-trace.js';
import type { Call } from './call.js';
import type { Delivery } from './delivery.js';
import { firstByteAllowance } from './patience.js';
import type { AnswerFacts } from './settled-usage.js';
import type { Ticker } from './ticker.js';
import { UpstreamCall } from './upstream-call.js';

/** How an attempt ended. A streamed answer has been passed on by then; a whole one is still to be given. */
export type AttemptEnd =
  | { kind: 'answered'; whole: WholeAnswer | undefined }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'abandoned' };

export interface AttemptOptions {
  call: Call;
  deployment: Deployment;
  adapter: ProviderAdapter;
  delivery: Delivery;
  dispatcher: Dispatcher;
  ticker: Ticker;
  now: () => number;
  totalDeadline: number;
  fresh: boolean;
  /** The upstream has said something of its limits. */
  onLimits: (limits: readonly ReportedLimit[]) => void;
  onFirstByte: (afterMs: number) => void;
}

/** One request to one deployment, from its first byte out to its last byte in. */
export class RunningAttempt {
  readonly end: Promise<AttemptEnd>;
  readonly startedAt: number;
  isOver = false;
  /** Members of the request that this deployment was not told. */
  readonly ignored: readonly string[];

  private unsent: UpstreamRequest | undefined;
  private readonly upstream: UpstreamCall;
  private readonly listener: StreamRelay | WholeAnswerCollector;
  private readonly trace: AttemptTrace;
  private resolve!: (end: AttemptEnd) => void;

  /** Throws `ApiError` when the deployment's wire cannot carry the request; nothing has been sent then. */
  constructor(private readonly options: AttemptOptions) {
    const { call, deployment, adapter, delivery, dispatcher, ticker, now, totalDeadline, fresh } = options;
    this.startedAt = now();
    const request = adapter.encode(call.request, deployment);
    this.ignored = request.ignored;
    this.trace = call.trace.attempt(call, deployment, request.headers);
    this.end = new Promise((resolve) => {
      this.resolve = resolve;
    });
    const ending = {
      answered: (whole?: WholeAnswer) => this.finish({ kind: 'answered', whole }),
      failed: (failure: Failure) => this.finish({ kind: 'failed', failure }),
    };
    const reading = { adapter, request: call.request, deployment };
    this.listener = call.request.stream
      ? new StreamRelay(reading, delivery, ending)
      : new WholeAnswerCollector(reading, ending);
    this.unsent = request;
    this.upstream = new UpstreamCall({
      deployment,
      adapter,
      listener: this.listener,
      dispatcher,
      ticker,
      now,
      totalDeadline,
      firstByteMs: firstByteAllowance(call.request, deployment.provider.timeouts),
      fresh,
      onHead: (headers) => {
        const limits = adapter.readLimits(headers);
        if (limits.length > 0) options.onLimits(limits);
      },
      onFirstByte: options.onFirstByte,
    });
    this.listener.control = this.upstream;
  }

  start(): void {
    const { unsent } = this;
    this.unsent = undefined;
    if (unsent) this.upstream.start(unsent);
  }

  get deployment(): Deployment {
    return this.options.deployment;
  }

  /** What the answer has told so far. */
  get facts(): AnswerFacts {
    return this.listener.facts;
  }

  /** Milliseconds from the start, or undefined while nothing has come. */
  get firstByteMs(): number | undefined {
    const at = this.upstream.firstByteAt;
    return at === undefined ? undefined : at - this.startedAt;
  }

  /** It failed on a kept connection that the upstream had closed in the meantime: nothing was really attempted. */
  get wasStale(): boolean {
    return this.upstream.wasStale;
  }

  get upstreamRequestId(): string | undefined {
    return this.upstream.upstreamRequestId;
  }

  /** Ends the attempt with a failure that is not the upstream's doing. */
  fail(failure: Failure): void {
    this.upstream.fail(failure);
  }

  resume(): void {
    this.upstream.resume();
  }

  /** The caller is gone: so is the upstream's reason to go on. */
  abandon(): void {
    this.upstream.abandon();
    this.finish({ kind: 'abandoned' });
  }

  private finish(end: AttemptEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    this.trace.end(end, this.facts);
    this.resolve(end);
  }
}
