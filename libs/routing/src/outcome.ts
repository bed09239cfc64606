import type { Failure } from '#core';
import type { OwnRefusal } from './own-limit.js';
import { refusedFor } from './refused-for.js';

/** How an attempt ended, as far as choosing is concerned. */
export type Outcome =
  /** `local`: answered by this process itself, which says nothing about the upstream. */
  | { kind: 'answered'; local?: boolean }
  /** `hasContent`: something of the answer had reached the caller by then, so no other may follow it. */
  | { kind: 'failed'; failure: Failure; hasContent?: boolean }
  /** The caller hung up: says nothing about the upstream. */
  | { kind: 'abandoned' }
  /** This deployment's wire cannot carry the request; nothing was sent. */
  | { kind: 'unfit' }
  /** Our own limits had no room for a request of this size; nothing was sent, and nothing is wrong with the upstream. */
  | ({ kind: 'limited' } & OwnRefusal);

/** What may follow a failed attempt, as long as no content has reached the caller. */
export type NextStep =
  | 'next-deployment'
  /** Overload is the provider's, so its other credentials would not help. */
  | 'next-provider'
  /** The upstream answered the caller; asking elsewhere would only repeat the answer. */
  | 'return';

/** How much of the upstream a verdict is about. */
export type Scope = 'credential' | 'credential-model' | 'provider-model' | 'deployment';

/**
 * How long it is left alone.
 * `told`: as long as the upstream asks, else not at all. `told-or-growing`: as it asks, else 2 s, doubling to 60 s.
 * `until-probed`: 5 min, doubling to an hour, and then until one request has shown that it works again. `ten-minutes`: says it.
 */
export type Length = 'told' | 'told-or-growing' | 'until-probed' | 'ten-minutes';

/** What a failed attempt says about the upstream, and what is done about it. */
export interface Verdict {
  /** Adds to the failures in a row, of which five open the breaker. */
  consecutive: 0 | 1;
  /** What goes into the window of the last 30 s. */
  window: 'ok' | 'fail' | 'nothing';
  /** The longest time that the breaker stays open for it. */
  openCapMs: number;
  suspends: { kind: 'cooldown' | 'disabled'; scope: Scope; length: Length } | undefined;
  next: NextStep;
}

/** What is known of an attempt besides its failure. */
export interface AttemptFacts {
  /** The first byte of an answer had come. */
  accepted: boolean;
  /** The configuration named the model, not the caller. */
  namesModel: boolean;
  /** The request was to count tokens, which is no use of the model. */
  countsTokens: boolean;
}

const row = (verdict: Partial<Verdict> & Pick<Verdict, 'next'>): Verdict => ({
  consecutive: 0,
  window: 'nothing',
  openCapMs: 120_000,
  suspends: undefined,
  ...verdict,
});

const LATE = row({ consecutive: 1, window: 'fail', next: 'return' });
/** Nobody there: worth asking less often than somebody who answers with errors. */
const UNREACHABLE = row({ consecutive: 1, window: 'fail', openCapMs: 300_000, next: 'next-deployment' });
const BROKEN = row({ consecutive: 1, window: 'fail', next: 'next-deployment' });
const TROUBLED = row({
  consecutive: 1,
  window: 'fail',
  suspends: { kind: 'cooldown', scope: 'deployment', length: 'told' },
  next: 'next-deployment',
});
const OVERLOADED = row({
  window: 'fail',
  suspends: { kind: 'cooldown', scope: 'provider-model', length: 'told-or-growing' },
  next: 'next-provider',
});
const RATE_LIMITED = row({
  window: 'fail',
  suspends: { kind: 'cooldown', scope: 'credential-model', length: 'told-or-growing' },
  next: 'next-deployment',
});
const ACCOUNT_REFUSED = row({
  suspends: { kind: 'disabled', scope: 'credential', length: 'until-probed' },
  next: 'next-deployment',
});
const USE_REFUSED = row({
  suspends: { kind: 'disabled', scope: 'credential-model', length: 'ten-minutes' },
  next: 'next-deployment',
});
const MODEL_UNKNOWN = row({
  suspends: { kind: 'disabled', scope: 'deployment', length: 'ten-minutes' },
  next: 'next-deployment',
});
/** Refused for what the caller chose, so others may fare better and nothing is learnt. */
const CHOICE_REFUSED = row({ next: 'next-deployment' });
const REQUEST_REFUSED = row({ window: 'ok', next: 'return' });
const OUR_DOING = row({ next: 'return' });

const TRANSIENT = 408;
const NOT_FOUND = 404;

const ofRefusal = (failure: Failure, { namesModel, countsTokens }: AttemptFacts): Verdict => {
  switch (refusedFor(failure)) {
    case 'account':
      return ACCOUNT_REFUSED;
    case 'permission':
      return namesModel ? USE_REFUSED : CHOICE_REFUSED;
    case 'model':
      return namesModel ? MODEL_UNKNOWN : CHOICE_REFUSED;
    case 'request':
      // Not every upstream has a path to count tokens.
      return countsTokens && failure.status === NOT_FOUND ? CHOICE_REFUSED : REQUEST_REFUSED;
  }
};

const ofStatus = (status: number, failure: Failure, facts: AttemptFacts): Verdict => {
  if (status === 529) return OVERLOADED;
  if (status === 429) return RATE_LIMITED;
  // What is no 4xx is about the upstream, redirects and invented statuses included.
  if (status === TRANSIENT || status < 400 || status >= 500) return TROUBLED;
  return ofRefusal(failure, facts);
};

/**
 * The outcome table. Nothing else in routing asks for a failure's kind or status, but for `refusedFor` on its behalf. Total.
 * A connection that had been closed before anything was asked never gets here: the exchange repeats the request at once.
 */
export const judge = (failure: Failure, facts: AttemptFacts): Verdict => {
  const verdict = onUse(failure, facts);
  return !facts.countsTokens || holdsForAll(verdict) ? verdict : row({ next: verdict.next });
};

/** Counting has limits and faults of its own. Only that nobody is there, or that the credential is refused, is the same for both. */
const holdsForAll = (verdict: Verdict): boolean => verdict === UNREACHABLE || verdict === ACCOUNT_REFUSED;

const onUse = (failure: Failure, facts: AttemptFacts): Verdict => {
  switch (failure.kind) {
    case 'connect':
      return UNREACHABLE;
    case 'reset':
    case 'first-byte-timeout':
    case 'idle-timeout':
    case 'cut':
      return BROKEN;
    case 'total-timeout':
      // The time for a whole call can run out on an upstream that says nothing. One that speaks had a long answer.
      return facts.accepted ? OUR_DOING : LATE;
    case 'shutting-down':
      return OUR_DOING;
    case 'status':
    case 'error-event':
    case 'bad-answer':
      return failure.status === undefined ? BROKEN : ofStatus(failure.status, failure, facts);
  }
};
