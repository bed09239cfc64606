import {
  flag,
  headerField,
  numberOrOff,
  oneOf,
  position,
  positionOrHead,
  type ValueKind,
  wholeNumber,
  words,
} from './value-kind.js';

/**
 * Everything that can be asked of the simulator, by name. `FAULTS` cease when `times` or `every` says so, the others
 * always hold. What each does: `docs/reference/simulator.md`.
 */
const FAULTS = {
  delay: wholeNumber,
  'first-byte': wholeNumber,
  status: wholeNumber,
  error: words,
  message: words,
  'retry-after': words,
  header: headerField,
  'content-type': words,
  rpm: wholeNumber,
  rps: wholeNumber,
  'input-tpm': wholeNumber,
  'output-tpm': wholeNumber,
  body: oneOf('html', 'error', 'empty', 'garbage', 'json'),
  at: position('events'),
  'error-event': words,
  'huge-line': wholeNumber,
  silence: wholeNumber,
  garbage: positionOrHead('events'),
  stall: positionOrHead('events'),
  cut: positionOrHead('bytes'),
  reset: positionOrHead('bytes'),
  end: position('bytes'),
  poison: flag,
};

const OCCURRENCE = { times: wholeNumber, every: wholeNumber, label: words };

const ANSWER = {
  seed: wholeNumber,
  tokens: wholeNumber,
  bytes: wholeNumber,
  text: words,
  thinking: numberOrOff,
  tools: numberOrOff,
  interleave: flag,
  stop: words,
  id: words,
  'id-per-call': flag,
  'no-usage': flag,
  deepseek: flag,
};

const PACE = { gap: wholeNumber, chunk: wholeNumber, crlf: flag, gzip: flag };

const TABLE = { ...FAULTS, ...OCCURRENCE, ...ANSWER, ...PACE };

type Table = typeof TABLE;
export type DirectiveName = keyof Table;

/** What was asked, read. An absent name was not asked for. */
export type Directives = {
  readonly [Name in DirectiveName]?: Table[Name] extends ValueKind<infer Value> ? Value : never;
};

/** Every name there is, in the order of the reference page. */
export const DIRECTIVE_NAMES = Object.keys(TABLE) as DirectiveName[];

/** The same directives without those that make a call go wrong. */
export const withoutFaults = (directives: Directives): Directives =>
  Object.fromEntries(Object.entries(directives).filter(([name]) => !(name in FAULTS)));

/** A directive that cannot be read. Its message names the directive and says what would be right. */
export class DirectiveError extends Error {}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DirectiveError(`"${text}" is not percent-encoded text`);
  }
};

const readOne = (text: string): [DirectiveName, unknown] => {
  const equals = text.indexOf('=');
  const name = (equals < 0 ? text : text.slice(0, equals)).trim();
  const kind = Object.hasOwn(TABLE, name) ? (TABLE[name as DirectiveName] as ValueKind<unknown>) : undefined;
  if (!kind) throw new DirectiveError(`there is no directive "${name}"; there are ${DIRECTIVE_NAMES.join(', ')}`);
  const value = kind.read(equals < 0 ? undefined : decoded(text.slice(equals + 1).trim()));
  if (value === undefined) throw new DirectiveError(`"${text.trim()}": ${name} takes ${kind.wanted}`);
  return [name as DirectiveName, value];
};

/**
 * Reads directives:
 *
 *     directives := directive ( ";" directive )*
 *     directive  := name [ "=" value ]          value percent-encoded where it holds ; or %
 *
 * Empty ones are skipped, and the later of two with one name holds, except that each `header` adds one.
 * Throws `DirectiveError` at the first that is unknown or has the wrong value: a typo must not pass for health.
 */
export const parseDirectives = (text: string): Directives => {
  const read: Record<string, unknown> = {};
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [name, value] = readOne(part);
    const earlier = read[name];
    read[name] = Array.isArray(earlier) && Array.isArray(value) ? [...earlier, ...value] : value;
  }
  return read;
};
