/** One line of the outcome table, as it can be seen from outside. */
export interface OutcomeRow {
  name: string;
  /** What the first upstream does, once. */
  fault: string;
  stream: boolean;
  /** Whether the call goes out on a connection that has carried another before. */
  reused: boolean;
  wanted: Consequence;
}

/** What the caller sees, and what is remembered of the first upstream. */
interface Consequence {
  /** `next`: another upstream's answer. `same`: the first one's, asked again. `returned`: its refusal. `in-stream`: an error after content. */
  kind: 'next' | 'same' | 'returned' | 'in-stream';
  /** Failures in a row. */
  consecutive: 0 | 1;
  window: 'ok' | 'failed' | 'nothing';
  /** Why it is left out from now on. */
  excluded: 'cooldown' | 'disabled' | undefined;
}

const TROUBLE: Consequence = { kind: 'next', consecutive: 1, window: 'failed', excluded: undefined };
const OVERLOAD: Consequence = { kind: 'next', consecutive: 0, window: 'failed', excluded: 'cooldown' };
const UNUSABLE: Consequence = { kind: 'next', consecutive: 0, window: 'nothing', excluded: 'disabled' };
const REFUSAL: Consequence = { kind: 'returned', consecutive: 0, window: 'ok', excluded: undefined };
const BROKEN: Consequence = { kind: 'in-stream', consecutive: 1, window: 'failed', excluded: undefined };
const REPEATED: Consequence = { kind: 'same', consecutive: 0, window: 'ok', excluded: undefined };

const BY_STATUS: readonly (readonly [number, Consequence])[] = [
  [500, TROUBLE],
  [502, TROUBLE],
  [503, TROUBLE],
  [504, TROUBLE],
  [408, TROUBLE],
  [429, OVERLOAD],
  [529, OVERLOAD],
  [401, UNUSABLE],
  [403, UNUSABLE],
  [400, REFUSAL],
  [413, REFUSAL],
  [422, REFUSAL],
];

/** A 404 says by its words what is missing, and only the model's is held against the upstream. */
const BY_WORDS: readonly (readonly [string, Consequence])[] = [
  ['model: claude-nope', UNUSABLE],
  ['File not found: file_nope', REFUSAL],
];

/** Faults that have no status: what they are called, their directives, and their consequence on a fresh connection. */
const BY_PHASE: readonly (readonly [string, string, Consequence])[] = [
  ['silence before the head', 'stall', TROUBLE],
  ['no HTTP', 'garbage', TROUBLE],
  ['a stream cut before content', 'cut=1e', TROUBLE],
  ['a stream cut after content', 'cut=5e', BROKEN],
  ['overloaded in the stream before content', 'error-event=overloaded_error;at=1e', OVERLOAD],
  ['an error in the stream before content', 'error-event=api_error;at=1e', TROUBLE],
];

const EITHER = [false, true];

const inEveryForm = (name: string, fault: string, wanted: Consequence): OutcomeRow[] =>
  EITHER.flatMap((stream) => EITHER.map((reused) => ({ name, fault, stream, reused, wanted })));

/** Every status and phase of the outcome table, on fresh and on reused connections, for whole and for streamed answers. */
export const OUTCOME_ROWS: readonly OutcomeRow[] = [
  ...BY_STATUS.flatMap(([status, wanted]) => inEveryForm(`status ${status}`, `status=${status}`, wanted)),
  ...BY_WORDS.flatMap(([words, wanted]) =>
    inEveryForm(`404 ${words}`, `status=404;message=${encodeURIComponent(words)}`, wanted),
  ),
  ...BY_PHASE.flatMap(([name, fault, wanted]) =>
    EITHER.map((reused) => ({ name, fault, stream: true, reused, wanted })),
  ),
  // Where nothing had been answered on a kept connection, it had been closed before; that says nothing about the upstream.
  ...EITHER.flatMap((stream) => [
    { name: 'a reset before the head', fault: 'reset', stream, reused: false, wanted: TROUBLE },
    { name: 'a reset before the head', fault: 'reset', stream, reused: true, wanted: REPEATED },
  ]),
];
