import { z } from 'zod';
import { LONGEST_MS, parseDuration } from './duration.js';
import { suggestName } from './nearest.js';

const shown = (input: unknown): string => {
  if (input === null) return 'is empty';
  if (Array.isArray(input)) return 'is a list';
  if (typeof input === 'object') return 'is a mapping';
  const text = JSON.stringify(input);
  return `is ${text.length > 60 ? `${text.slice(0, 57)}…"` : text}`;
};

/** What to say of a value that does not fit: what it is; what would be right. */
export const wants = (right: string) => ({
  error: ({ input }: { input?: unknown }) => `${input === undefined ? 'is missing' : shown(input)}; write ${right}`,
});

/** A value from the environment is text, whatever it looks like. */
const numeric = (input: unknown): unknown =>
  typeof input === 'string' && /^-?\d+(\.\d+)?$/.test(input) ? Number(input) : input;

const number = (right: string, fits: (value: number) => boolean) =>
  z.preprocess(numeric, z.number(wants(right)).refine(fits, wants(right)));

const text = (right: string, form: RegExp) => z.string(wants(right)).regex(form, wants(right));

/** How a provider, credential, workspace or key may be called: it becomes part of headers, metric labels and ids. */
const LABEL = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** True of a name that is safe wherever names are shown. */
export const isLabel = (name: string): boolean => LABEL.test(name);

export const LABEL_FORM = 'up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit';

/** Printable ASCII without spaces, because model names travel in headers. */
export const MODEL_NAME = /^[\x21-\x7e]{1,256}$/;

export const label = text(LABEL_FORM, LABEL);

export const modelName = text('a model name without spaces, in quotes if it looks like a number', MODEL_NAME);

export const words = (example: string) => text(`text such as ${example}`, /\S/);

export const host = text('a host name or an IP address, without a port', /^[\w.:[\]-]+$/);

export const positiveInteger = number('a whole number above 0', (value) => Number.isSafeInteger(value) && value > 0);

export const positiveNumber = number('a number above 0', (value) => value > 0);

/** Bounded both ways, so that products and quotients of a few of them are numbers above 0 again. */
export const weight = number(
  'a number above 0, from 0.001 to 1000000',
  (value) => value >= 0.001 && value <= 1_000_000,
);

/** A part of a whole that leaves something of it. */
export const share = number('a number from 0 to 0.95, such as 0.3', (value) => value >= 0 && value <= 0.95);

export const price = number('US$ per million tokens, 0 or more', (value) => value >= 0);

export const port = number(
  'a port from 0 to 65535; 0 takes any free one',
  (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
);

export const flag = z.preprocess(
  (input) => (input === 'true' ? true : input === 'false' ? false : input),
  z.boolean(wants('true or false')),
);

/** In milliseconds, within limits that `range` tells people. */
export const durationWithin = (leastMs: number, mostMs: number, range: string) => {
  const right = `a duration ${range}`;
  return z.string(wants(right)).transform((input, context) => {
    const ms = parseDuration(input);
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
    context.addIssue(`${shown(input)}; write ${right}`);
    return z.NEVER;
  });
};

/** In milliseconds, above 0. */
export const duration = durationWithin(1, LONGEST_MS, 'above 0 and up to 24 days, such as 500ms, 5s, 10m or 1h');

/** In milliseconds; `0s` for none. */
export const pause = durationWithin(0, LONGEST_MS, 'from 0s and up to 24 days, such as 500ms, 5s, 10m or 1h');

/** One of some words. Those of `later` are known, and not built yet. */
export const oneOf = <Name extends string>(known: readonly string[], later: readonly string[] = []) =>
  z.custom<Name>((input) => known.includes(input as string), {
    error: ({ input }) => {
      if (typeof input !== 'string')
        return `${input === undefined ? 'is missing' : shown(input)}; write ${known.join(' or ')}`;
      if (later.includes(input)) return `${input} is not built yet; use ${known.join(' or ')}`;
      return `is ${JSON.stringify(input)}; ${suggestName(input, known)}`;
    },
  });

/** Milliseconds since the epoch; a date alone means its first moment, UTC. */
export const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], wants('a date such as 2027-01-01 or 2027-01-01T12:00:00Z'))
  .transform((input) => Date.parse(input));

/** Text that must not be shown, and that a header can carry: a line break left at its end would fail each call, one by one. */
export const secret = () =>
  z
    .string({
      error: ({ input }) =>
        input === undefined || input === null
          ? 'is missing; write "${NAME}" and set NAME in the environment'
          : 'is not text; put it in quotes',
    })
    .superRefine((input, context) => {
      if (/[^\x21-\x7e]/.test(input))
        context.addIssue('holds a space, a line break or a letter that no header can carry; take it out');
      else if (input === '') context.addIssue('is empty; write one that nobody can guess');
    });
