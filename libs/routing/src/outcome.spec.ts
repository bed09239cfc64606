import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Failure, FailureKind } from '#core';
import { type AttemptFacts, judge, type Verdict } from './outcome.js';

const KINDS: FailureKind[] = [
  'connect',
  'reset',
  'first-byte-timeout',
  'idle-timeout',
  'total-timeout',
  'status',
  'error-event',
  'cut',
  'shutting-down',
  'bad-answer',
];

const failure = (kind: FailureKind, status?: number, type = 'api_error', missing?: 'model' | 'other'): Failure => ({
  kind,
  status,
  error: { type, message: 'x' },
  missing,
});

const silent: AttemptFacts = { accepted: false, namesModel: true, countsTokens: false };
const speaking: AttemptFacts = { ...silent, accepted: true };
const wildcard: AttemptFacts = { ...silent, namesModel: false };
const counting: AttemptFacts = { ...silent, countsTokens: true };

/** `+1 fail provider-model told-or-growing next-provider`: a row of the table in words. */
const words = ({ consecutive, window, suspends, next }: Verdict): string =>
  [`+${consecutive}`, window, suspends ? `${suspends.kind} ${suspends.scope} ${suspends.length}` : '–', next].join(
    ' | ',
  );

const BROKEN = '+1 | fail | – | next-deployment';
const TROUBLED = '+1 | fail | cooldown deployment told | next-deployment';
const OVERLOADED = '+0 | fail | cooldown provider-model told-or-growing | next-provider';
const RATE_LIMITED = '+0 | fail | cooldown credential-model told-or-growing | next-deployment';
const ACCOUNT = '+0 | nothing | disabled credential until-probed | next-deployment';
const USE = '+0 | nothing | disabled credential-model ten-minutes | next-deployment';
const CHOICE = '+0 | nothing | – | next-deployment';
const MODEL_UNKNOWN = '+0 | nothing | disabled deployment ten-minutes | next-deployment';
const REQUEST = '+0 | ok | – | return';
const OURS = '+0 | nothing | – | return';

describe('the outcome table', () => {
  const without: [FailureKind, AttemptFacts, string][] = [
    ['connect', silent, BROKEN],
    ['reset', silent, BROKEN],
    ['first-byte-timeout', silent, BROKEN],
    ['idle-timeout', speaking, BROKEN],
    ['cut', speaking, BROKEN],
    ['cut', silent, BROKEN],
    ['bad-answer', silent, BROKEN],
    ['error-event', speaking, BROKEN],
    ['status', silent, BROKEN],
    ['total-timeout', speaking, OURS],
    ['total-timeout', silent, '+1 | fail | – | return'],
    ['shutting-down', speaking, OURS],
  ];
  it.each(without)('judges %s (%o) without a status: %s', (kind, facts, expected) => {
    expect(words(judge(failure(kind), facts))).toBe(expected);
  });

  const statuses: [number, string][] = [
    [302, TROUBLED],
    [400, REQUEST],
    [401, ACCOUNT],
    [402, ACCOUNT],
    [403, USE],
    [404, MODEL_UNKNOWN],
    [407, ACCOUNT],
    [408, TROUBLED],
    [409, REQUEST],
    [413, REQUEST],
    [418, REQUEST],
    [422, REQUEST],
    [429, RATE_LIMITED],
    [500, TROUBLED],
    [502, TROUBLED],
    [503, TROUBLED],
    [504, TROUBLED],
    [520, TROUBLED],
    [529, OVERLOADED],
    [999, TROUBLED],
  ];
  const phases = (['status', 'error-event', 'bad-answer'] as const).flatMap((kind) =>
    statuses.map(([status, expected]) => [kind, status, expected] as const),
  );
  it.each(phases)('judges %s with %i: %s', (kind, status, expected) => {
    expect(words(judge(failure(kind, status), silent))).toBe(expected);
  });

  it('knows a refused account under any status of a request', () => {
    expect(words(judge(failure('status', 400, 'authentication_error'), silent))).toBe(ACCOUNT);
    expect(words(judge(failure('status', 403, 'billing_error'), silent))).toBe(ACCOUNT);
    expect(words(judge(failure('status', 400, 'permission_error'), silent))).toBe(USE);
    expect(words(judge(failure('error-event', 400, 'billing_error'), silent))).toBe(ACCOUNT);
    expect(words(judge(failure('status', 429, 'billing_error'), silent))).toBe(RATE_LIMITED);
    expect(words(judge(failure('status', 500, 'permission_error'), silent))).toBe(TROUBLED);
  });

  it('knows a model that is missing under any status of a request', () => {
    expect(words(judge(failure('status', 400, 'not_found_error'), silent))).toBe(MODEL_UNKNOWN);
    expect(words(judge(failure('status', 404, 'not_found_error', 'model'), silent))).toBe(MODEL_UNKNOWN);
  });

  it('leaves to the caller what else is missing', () => {
    for (const facts of [silent, wildcard])
      expect(words(judge(failure('status', 404, 'not_found_error', 'other'), facts))).toBe(REQUEST);
  });

  it.each([403, 404])('learns nothing about a name that the caller chose from %i', (status) => {
    expect(words(judge(failure('status', status), wildcard))).toBe(CHOICE);
  });

  it.each([401, 402, 407])('knows a refused account by %i, whoever chose the name', (status) => {
    expect(words(judge(failure('status', status), wildcard))).toBe(ACCOUNT);
  });

  it.each<[FailureKind, number | undefined, string]>([
    ['connect', undefined, BROKEN],
    ['status', 401, ACCOUNT],
    ['status', 403, CHOICE],
    ['status', 404, CHOICE],
    ['status', 429, CHOICE],
    ['status', 503, CHOICE],
    ['reset', undefined, CHOICE],
    ['status', 529, '+0 | nothing | – | next-provider'],
    ['status', 400, OURS],
    ['status', 413, OURS],
    ['first-byte-timeout', undefined, CHOICE],
  ])('judges %s %s to a request to count tokens: %s', (kind, status, expected) => {
    expect(words(judge(failure(kind, status), counting))).toBe(expected);
  });

  it('asks the next where the path to count tokens may be what is missing', () => {
    expect(words(judge(failure('status', 404, 'not_found_error', 'other'), counting))).toBe(CHOICE);
  });

  it('leaves an upstream alone for longer when nobody is there', () => {
    expect(judge(failure('connect'), silent).openCapMs).toBe(300_000);
    expect(judge(failure('reset'), silent).openCapMs).toBe(120_000);
  });

  it('has a verdict on everything', () => {
    const anyFailure = fc.record({
      kind: fc.constantFrom(...KINDS),
      status: fc.option(fc.integer(), { nil: undefined }),
      error: fc.record({ type: fc.string(), message: fc.string() }),
    });
    const anyFacts = fc.record({ accepted: fc.boolean(), namesModel: fc.boolean(), countsTokens: fc.boolean() });
    fc.assert(
      fc.property(anyFailure, anyFacts, (given, facts) => {
        expect(judge(given, facts)).toMatchObject({
          next: expect.stringMatching(/^(next-deployment|next-provider|return)$/),
        });
      }),
    );
  });
});
