import { ApiError, type Deployment, type Failure, type ProviderAdapter, type WholeAnswer } from '#core';
import type { Ask, NoChoice, Plan } from '#routing';
import { answerHeaders } from './answer-headers.js';
import { askOf } from './ask.js';
import type { Attempt, Call, Settlement } from './call.js';
import { callerError, nothingToTry } from './caller-error.js';
import { Delivery } from './delivery.js';
import type { ExchangeOptions } from './exchange.js';
import { Pause } from './pause.js';
import { Quota } from './quota.js';
import { type AttemptEnd, RunningAttempt } from './running-attempt.js';
import { settledUsage } from './settled-usage.js';
import type { Sink } from './sink.js';

const SHUTTING_DOWN: Failure = {
  kind: 'shutting-down',
  error: { type: 'overloaded_error', message: 'The gateway is shutting down; send the request again.' },
};

/** One call on its way. */
export class RunningCall {
  private readonly intent: Ask;
  private readonly plan: Plan;
  private readonly quota: Quota;
  private readonly delivery: Delivery;
  private readonly attempts: Attempt[] = [];
  private readonly pause: Pause;
  private current: RunningAttempt | undefined;
  private local: WholeAnswer | undefined;
  private error: ApiError | undefined;
  /** Why the last attempt failed, if one did. */
  private failure: Failure | undefined;
  /** Why a deployment could not be asked at all, for the first that could not. */
  private unfit: ApiError | undefined;

  constructor(
    private readonly options: ExchangeOptions,
    private readonly call: Call,
    private readonly sink: Sink,
  ) {
    this.intent = askOf(call);
    this.plan = options.chooser.plan(call.route, this.intent);
    this.quota = new Quota(options.limits, call, this.intent);
    this.pause = new Pause(options.now);
    this.delivery = new Delivery(sink, {
      requestId: call.requestId,
      stream: call.request.stream,
      now: options.now,
      headers: () => answerHeaders(call, this.attempts, this.current, options.now(), options.limits.mode),
      resume: () => this.current?.resume(),
      committed: () => call.request.release(),
    });
    sink.onHangUp(() => {
      this.current?.abandon();
      this.pause.end();
    });
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
    this.failure = SHUTTING_DOWN;
    this.current?.fail(SHUTTING_DOWN);
    this.pause.end();
  }

  private async tryDeployments(): Promise<Settlement['outcome']> {
    while (!this.sink.closed) {
      const choice = this.plan.next();
      if (choice.kind === 'none') return this.giveUp(choice);
      if (choice.kind === 'wait') {
        await this.pause.last(choice.ms);
        if (this.failure === SHUTTING_DOWN) return this.giveUp();
        continue;
      }
      const end = await this.tryOnce(choice.deployment);
      if (end?.kind === 'abandoned') return 'abandoned';
      if (end?.kind === 'answered') return this.deliver(end.whole);
      if (this.delivery.hasContent) return this.giveUp();
    }
    return 'abandoned';
  }

  /** Undefined: this deployment was not asked after all. */
  private async tryOnce(deployment: Deployment): Promise<AttemptEnd | undefined> {
    const taken = this.quota.take(deployment);
    // Nothing is waited for where this replica holds enough, which is nearly always.
    const refusal = taken instanceof Promise ? await taken : taken;
    if (refusal) {
      this.plan.settled(deployment, {
        kind: 'limited',
        retryAfterMs: refusal.retryAfterMs,
        estimate: this.intent.estimate,
      });
      return undefined;
    }
    if (this.sink.closed) {
      this.quota.giveBack();
      this.plan.settled(deployment, { kind: 'abandoned' });
      return { kind: 'abandoned' };
    }
    const end = await this.attempt(deployment);
    if (end instanceof ApiError) {
      this.unfit ??= end;
      this.quota.giveBack();
      this.plan.settled(deployment, { kind: 'unfit' });
      return undefined;
    }
    this.quota.settle(end, this.current?.facts);
    this.plan.settled(deployment, end.kind === 'answered' ? { kind: end.kind, local: this.local !== undefined } : end);
    if (end.kind === 'failed') this.failure = end.failure;
    return end;
  }

  private giveUp(choice?: NoChoice): Settlement['outcome'] {
    const { call, failure, unfit } = this;
    const retryAfterMs = choice?.retryAfterMs ?? failure?.retryAfterMs;
    if (failure) this.fail(callerError({ ...failure, retryAfterMs }, call.route));
    else if (unfit) this.fail(unfit);
    else if (choice) this.fail(nothingToTry(choice, call.route));
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
    const attempt = new RunningAttempt({
      ...this.options,
      call,
      deployment,
      adapter,
      delivery,
      totalDeadline: call.receivedAt + deployment.provider.timeouts.totalMs,
      fresh,
      onLimits: (limits) => {
        this.plan.reported(deployment, limits);
        this.quota.observe(limits);
      },
      onFirstByte: (afterMs) => this.plan.firstByte(deployment, afterMs),
    });
    this.current = attempt;
    attempt.start();
    const end = await attempt.end;
    this.attempts.push({
      deployment,
      outcome: labelOf(end),
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
      outcome: labelOf(end),
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
      policy: this.plan.policy,
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
const labelOf = (end: AttemptEnd): string => {
  if (end.kind === 'answered') return '200';
  return end.kind === 'failed' ? String(end.failure.status ?? end.failure.kind) : 'abandoned';
};
