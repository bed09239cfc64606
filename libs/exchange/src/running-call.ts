import { ApiError, type Deployment, type ProviderAdapter, type WholeAnswer } from '#core';
import type { Ask, Outcome, Plan } from '#routing';
import { answerHeaders } from './answer-headers.js';
import { askOf } from './ask.js';
import { recordOf, recordOfOwnAnswer } from './attempt-record.js';
import type { Attempt, Call, Settlement } from './call.js';
import { Delivery } from './delivery.js';
import { type CallOutcome, Ending } from './ending.js';
import type { ExchangeOptions } from './exchange.js';
import { outcomeOf } from './outcome-of.js';
import { Pause } from './pause.js';
import { Quota } from './quota.js';
import { type AttemptEnd, RunningAttempt } from './running-attempt.js';
import type { Sink } from './sink.js';

const NO_TIME_LEFT = 'The time allowed for a whole call was over before an upstream could be asked.';

/** What finds a call its upstream. */
interface Way {
  intent: Ask;
  plan: Plan;
  quota: Quota;
}

/** One call on its way. */
export class RunningCall {
  private found: Way | undefined;
  private readonly delivery: Delivery;
  private readonly ending: Ending;
  private readonly attempts: Attempt[] = [];
  private readonly pause: Pause;
  private current: RunningAttempt | undefined;
  private local: WholeAnswer | undefined;

  constructor(
    private readonly options: ExchangeOptions,
    private readonly call: Call,
    private readonly sink: Sink,
  ) {
    this.pause = new Pause(options.now);
    this.delivery = new Delivery(sink, {
      requestId: call.requestId,
      stream: call.request.stream,
      now: options.now,
      headers: () =>
        answerHeaders(
          call,
          { past: this.attempts, current: this.current },
          { now: options.now(), limits: options.limits.mode },
        ),
      resume: () => this.current?.resume(),
      committed: () => call.request.release(),
    });
    this.ending = new Ending(call, this.delivery);
    sink.onHangUp(() => {
      this.current?.abandon();
      this.pause.end();
    });
  }

  async run(): Promise<Settlement> {
    this.options.ticker.add(this.delivery);
    try {
      return this.settlement(await this.tryDeployments().catch((error: unknown) => this.ending.fault(error)));
    } finally {
      this.options.ticker.delete(this.delivery);
    }
  }

  cutOff(): void {
    const failure = this.ending.cutOff();
    this.current?.fail(failure);
    this.pause.end();
  }

  /** Found within `run`, where a fault in it is told to the caller like any other. */
  private get way(): Way {
    if (this.found) return this.found;
    const { options, call } = this;
    const intent = askOf(call);
    this.found = {
      intent,
      plan: options.chooser.plan(call.route, intent),
      quota: new Quota(options.limits, call, intent),
    };
    return this.found;
  }

  private async tryDeployments(): Promise<CallOutcome> {
    const { ending } = this;
    while (!this.sink.closed) {
      if (ending.isCutOff) return ending.giveUp();
      const choice = this.way.plan.next();
      if (choice.kind === 'none') return ending.giveUp(choice);
      if (choice.kind === 'wait') {
        await this.pause.last(choice.ms);
        continue;
      }
      const end = await this.tryOnce(choice.deployment);
      if (end?.kind === 'abandoned') return 'abandoned';
      if (end?.kind === 'answered') return end.whole && this.sink.closed ? 'abandoned' : ending.deliver(end.whole);
    }
    return 'abandoned';
  }

  /** Undefined: this deployment was not asked after all. Both the choice and the reservation are settled on every way out. */
  private async tryOnce(deployment: Deployment): Promise<AttemptEnd | undefined> {
    const { intent, plan, quota } = this.way;
    try {
      const taken = quota.take(deployment);
      // Nothing is waited for where this replica holds enough, which is nearly always.
      const refusal = taken instanceof Promise ? await taken : taken;
      if (refusal) {
        plan.settled(deployment, { ...refusal, kind: 'limited', estimate: intent.estimate });
        return undefined;
      }
      if (this.sink.closed || this.ending.isCutOff) return this.leave(deployment, { kind: 'abandoned' });
      const end = await this.attempt(deployment);
      quota.settle(end, this.current?.facts);
      plan.settled(
        deployment,
        outcomeOf(end, { isLocal: this.local !== undefined, hasContent: this.delivery.hasContent }),
      );
      if (end.kind === 'failed') this.ending.attemptFailed(end.failure);
      return end;
    } catch (error) {
      this.leave(deployment, { kind: 'unfit' });
      if (!(error instanceof ApiError)) throw error;
      this.ending.couldNotAsk(error);
      return undefined;
    }
  }

  /** Nothing was sent there. */
  private leave(deployment: Deployment, outcome: Outcome): undefined {
    const { plan, quota } = this.way;
    quota.giveBack();
    plan.settled(deployment, outcome);
  }

  /** Throws `ApiError` where this deployment cannot be asked; nothing has been sent then. */
  private async attempt(deployment: Deployment): Promise<AttemptEnd> {
    const adapter = this.options.adapters[deployment.provider.kind];
    this.local = adapter.answerLocally?.(this.call.request, deployment);
    if (this.local) {
      this.attempts.push(recordOfOwnAnswer(deployment));
      return { kind: 'answered', whole: this.local };
    }
    const end = await this.ask(deployment, adapter, false);
    const stale = end.kind === 'failed' && end.failure.kind === 'reset' && this.current?.wasStale === true;
    if (!stale || this.sink.closed || this.ending.isCutOff) return end;
    // The connection had been closed before anything was asked, so that was no attempt.
    this.attempts.pop();
    return this.ask(deployment, adapter, true);
  }

  private async ask(deployment: Deployment, adapter: ProviderAdapter, fresh: boolean): Promise<AttemptEnd> {
    const { call, delivery } = this;
    const { plan, quota } = this.way;
    const totalDeadline = call.receivedAt + deployment.provider.timeouts.totalMs;
    if (this.options.now() >= totalDeadline) throw new ApiError('timeout_error', NO_TIME_LEFT);
    const attempt = new RunningAttempt({
      ...this.options,
      call,
      deployment,
      adapter,
      delivery,
      totalDeadline,
      fresh,
      onLimits: (limits) => {
        plan.reported(deployment, limits);
        quota.observe(limits);
      },
      onFirstByte: (afterMs) => plan.firstByte(deployment, afterMs),
    });
    this.current = attempt;
    attempt.start();
    const end = await attempt.end;
    this.attempts.push(recordOf(attempt, end, this.options.now()));
    return end;
  }

  private settlement(outcome: CallOutcome): Settlement {
    const { attempts, found, local, current } = this;
    const policy = found?.plan.policy ?? 'only';
    return this.ending.settlement(outcome, {
      attempts,
      policy,
      facts: local ?? current?.facts,
      now: this.options.now(),
    });
  }
}
