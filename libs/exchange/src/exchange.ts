import {
  ApiError,
  type Deployment,
  type Failure,
  type ProviderAdapter,
  type ProviderKind,
  type WholeAnswer,
} from '#core';
import type { Dispatcher } from '#providers';
import type { Chooser, Plan } from '#routing';
import { answerHeaders } from './answer-headers.js';
import type { Attempt, Call, Settlement } from './call.js';
import { callerError } from './caller-error.js';
import { Delivery } from './delivery.js';
import { type AttemptEnd, RunningAttempt } from './running-attempt.js';
import { settledUsage } from './settled-usage.js';
import type { Sink } from './sink.js';
import type { Ticker } from './ticker.js';

export interface ExchangeOptions {
  adapters: Readonly<Record<ProviderKind, ProviderAdapter>>;
  chooser: Chooser;
  dispatcher: Dispatcher;
  ticker: Ticker;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** The way of a call: plan → attempt → relay → settle. Shared by everything that answers calls. */
export class Exchange {
  private readonly running = new Set<RunningCall>();

  constructor(private readonly options: ExchangeOptions) {}

  /** Answers into `sink`, whatever happens. Never rejects: what went wrong is in the settlement. */
  async answer(call: Call, sink: Sink): Promise<Settlement> {
    const running = new RunningCall(this.options, call, sink);
    this.running.add(running);
    try {
      return await running.run();
    } finally {
      this.running.delete(running);
    }
  }

  /** Ends every call that is still running, each with an error that its caller can read. */
  cutOff(): void {
    for (const call of this.running) call.cutOff();
  }
}

class RunningCall {
  private readonly plan: Plan;
  private readonly delivery: Delivery;
  private readonly attempts: Attempt[] = [];
  private current: RunningAttempt | undefined;
  private local: WholeAnswer | undefined;
  private error: ApiError | undefined;

  constructor(
    private readonly options: ExchangeOptions,
    private readonly call: Call,
    private readonly sink: Sink,
  ) {
    this.plan = options.chooser.plan(call.route);
    this.delivery = new Delivery(sink, {
      requestId: call.requestId,
      stream: call.request.stream,
      now: options.now,
      headers: () => answerHeaders(call, this.attempts, this.current, options.now()),
      resume: () => this.current?.resume(),
      committed: () => call.request.release(),
    });
    sink.onHangUp(() => this.current?.abandon());
  }

  async run(): Promise<Settlement> {
    this.options.ticker.add(this.delivery);
    let outcome: Settlement['outcome'] = 'failed';
    try {
      outcome = await this.tryDeployments();
    } catch (error) {
      this.fail(new ApiError('api_error', 'The gateway failed to handle this call.', { cause: error }));
    } finally {
      this.options.ticker.delete(this.delivery);
    }
    return this.settlement(outcome);
  }

  cutOff(): void {
    this.current?.fail({
      kind: 'shutting-down',
      error: { type: 'overloaded_error', message: 'The gateway is shutting down; send the request again.' },
    });
  }

  private async tryDeployments(): Promise<Settlement['outcome']> {
    let failure: Failure | undefined;
    let unfit: ApiError | undefined;
    for (let deployment = this.plan.next(); deployment && !this.sink.closed; deployment = this.plan.next()) {
      const end = await this.attempt(deployment);
      if (end instanceof ApiError) {
        unfit ??= end;
        this.plan.settled(deployment, { kind: 'unfit' });
        continue;
      }
      this.plan.settled(deployment, end);
      if (end.kind === 'abandoned') return 'abandoned';
      if (end.kind === 'answered') return this.deliver(end.whole);
      failure = end.failure;
      if (this.delivery.hasContent) break;
    }
    if (this.sink.closed) return 'abandoned';
    this.fail(failure ? callerError(failure, this.call.route) : (unfit ?? nothingToTry(this.call)));
    return this.delivery.hasContent ? 'broken' : 'failed';
  }

  /** A streamed answer has been passed on by now; a whole one is given here. */
  private deliver(whole: WholeAnswer | undefined): Settlement['outcome'] {
    if (whole && this.sink.closed) return 'abandoned';
    this.delivery.end(whole);
    return 'answered';
  }

  /** An `ApiError` means that this deployment's wire cannot carry the request. */
  private async attempt(deployment: Deployment): Promise<AttemptEnd | ApiError> {
    const adapter = this.options.adapters[deployment.provider.kind];
    try {
      this.local = adapter.answerLocally?.(this.call.request, deployment);
      if (this.local) return this.answeredHere(deployment, this.local);
      const end = await this.ask(deployment, adapter, false);
      const stale = end.kind === 'failed' && end.failure.kind === 'reset' && this.current?.wasStale === true;
      if (!stale || this.sink.closed) return end;
      // The connection had been closed before anything was asked, so that was no attempt.
      this.attempts.pop();
      return await this.ask(deployment, adapter, true);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  private async ask(deployment: Deployment, adapter: ProviderAdapter, fresh: boolean): Promise<AttemptEnd> {
    const { call, delivery } = this;
    const totalDeadline = call.receivedAt + deployment.provider.timeouts.totalMs;
    const attempt = new RunningAttempt({ ...this.options, call, deployment, adapter, delivery, totalDeadline, fresh });
    this.current = attempt;
    attempt.start();
    const end = await attempt.end;
    if (attempt.firstByteMs !== undefined) this.plan.firstByte(deployment, attempt.firstByteMs);
    this.attempts.push({
      deployment,
      outcome: outcomeOf(end),
      failure: end.kind === 'failed' ? end.failure : undefined,
      durationMs: this.options.now() - attempt.startedAt,
      firstByteMs: attempt.firstByteMs,
      upstreamRequestId: attempt.upstreamRequestId,
      ignored: attempt.ignored,
    });
    return end;
  }

  /** Stands in the history like any attempt, but took none of an upstream's time. */
  private answeredHere(deployment: Deployment, whole: WholeAnswer): AttemptEnd {
    const end = { kind: 'answered', whole } as const;
    this.attempts.push({
      deployment,
      outcome: outcomeOf(end),
      failure: undefined,
      durationMs: 0,
      firstByteMs: undefined,
      upstreamRequestId: undefined,
      ignored: [],
    });
    return end;
  }

  private fail(error: ApiError): void {
    this.error = error;
    this.delivery.fail(error);
  }

  private settlement(outcome: Settlement['outcome']): Settlement {
    const { call, attempts, delivery, error } = this;
    const facts = this.local ?? this.current?.facts;
    return {
      call,
      attempts,
      outcome,
      status: delivery.status,
      error,
      ...settledUsage(facts, outcome),
      stopReason: facts?.stopReason ?? null,
      durationMs: this.options.now() - call.receivedAt,
      contentMs: delivery.contentAt === undefined ? undefined : delivery.contentAt - call.receivedAt,
    };
  }
}

/** The upstream's status where it gave one, else the kind of failure. */
const outcomeOf = (end: AttemptEnd): string => {
  if (end.kind === 'answered') return '200';
  return end.kind === 'failed' ? String(end.failure.status ?? end.failure.kind) : 'abandoned';
};

const nothingToTry = ({ route }: Call): ApiError =>
  new ApiError('overloaded_error', `No upstream for model "${route.name}" can take this call now.`);
