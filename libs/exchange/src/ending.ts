import { ApiError, type Failure, type WholeAnswer } from '#core';
import type { NoChoice, RoutingPolicy } from '#routing';
import type { Attempt, Call, Settlement } from './call.js';
import { callerError, lastFailure, nothingToTry } from './caller-error.js';
import type { Delivery } from './delivery.js';
import { type AnswerFacts, settledUsage } from './settled-usage.js';

/** What became of a call so far: `failed` and `broken` once its caller has been told an error. */
export type CallOutcome = Settlement['outcome'];

const SHUTTING_DOWN: Failure = {
  kind: 'shutting-down',
  error: { type: 'overloaded_error', message: 'The gateway is shutting down; send the request again.' },
  retryAfterMs: 1_000,
};

/** How a call ends: what its caller is told at last, and what is written down of it. */
export class Ending {
  /** The process has no more time for the call. */
  isCutOff = false;

  private error: ApiError | undefined;
  /** Why the last attempt failed, if one did. */
  private failure: Failure | undefined;
  /** Why a deployment could not be asked at all, for the first that could not. */
  private unfit: ApiError | undefined;

  constructor(
    private readonly call: Call,
    private readonly delivery: Delivery,
  ) {}

  /** Gives why an attempt that is under way has to end. */
  cutOff(): Failure {
    this.isCutOff = true;
    return SHUTTING_DOWN;
  }

  attemptFailed(failure: Failure): void {
    this.failure = failure;
  }

  couldNotAsk(error: ApiError): void {
    this.unfit ??= error;
  }

  /** Nothing more is tried; `choice`: because nothing may be. */
  giveUp(choice?: NoChoice): CallOutcome {
    const { unfit, call } = this;
    const failure = this.isCutOff ? SHUTTING_DOWN : this.failure;
    if (failure) return this.fail(this.errorOf(failure, choice));
    // Whoever could carry it may only be resting, and then the request is not to blame.
    if (unfit && (!choice || choice.reason === 'tried')) return this.fail(unfit);
    return choice ? this.fail(nothingToTry(choice, call.route)) : 'failed';
  }

  /** The gateway itself could not do its work. */
  fault(cause: unknown): CallOutcome {
    return this.fail(new ApiError('api_error', 'The gateway failed to handle this call.', { cause }));
  }

  /** A streamed answer has been passed on by now; a whole one is given here. */
  deliver(whole: WholeAnswer | undefined): CallOutcome {
    this.delivery.end(whole);
    return 'answered';
  }

  settlement(outcome: CallOutcome, { attempts, policy, facts, now }: Way): Settlement {
    const { call, delivery, error } = this;
    return {
      call,
      attempts,
      policy,
      outcome,
      status: delivery.status,
      error,
      ...settledUsage(facts, outcome),
      stopReason: facts?.stopReason ?? null,
      durationMs: now - call.receivedAt,
      contentMs: delivery.contentAt === undefined ? undefined : delivery.contentAt - call.receivedAt,
    };
  }

  /** Half an answer breaks off in the words of whoever gave it: that others might have been asked is of no interest then. */
  private errorOf(failure: Failure, choice: NoChoice | undefined): ApiError {
    const { route } = this.call;
    return choice && !this.delivery.hasContent ? lastFailure(failure, choice, route) : callerError(failure, route);
  }

  private fail(error: ApiError): CallOutcome {
    this.error = error;
    this.delivery.fail(error);
    return this.delivery.hasContent ? 'broken' : 'failed';
  }
}

/** How a call came to its end. */
interface Way {
  attempts: readonly Attempt[];
  policy: RoutingPolicy;
  /** What the last answer has told; the length of one that is whole is of no interest. */
  facts: Omit<AnswerFacts, 'outputChars'> | AnswerFacts | undefined;
  /** On the exchange's clock. */
  now: number;
}
