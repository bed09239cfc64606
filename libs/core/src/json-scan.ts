import { InvalidJson } from './invalid-json.js';
import { expected, skipSpace } from './json-tokens.js';
import { walkChildren } from './json-walk.js';

/** One member of the top-level object of a JSON text, as offsets into its bytes. */
export interface Member {
  /** Decoded. */
  key: string;
  /** Where the key's opening quote is. */
  keyStart: number;
  valueStart: number;
  /** Exclusive. */
  valueEnd: number;
}

export interface TopLevelScan {
  /** In the order of the text, duplicates included. */
  members: readonly Member[];
  /** The last member of that name, as `JSON.parse` would take it. */
  last(key: string): Member | undefined;
}

export interface ScanLimits {
  /** Objects and arrays open at once, the outermost included. */
  maxDepth: number;
  /** Top-level members; 10,000 when absent. Each becomes an object, so this bounds what a text can make us allocate. */
  maxMembers?: number;
}

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const BACKSLASH = 0x5c;

/** What a text can begin with that is JSON but no object. */
const OTHER_VALUES = new Set(Array.from('["-0123456789tfn', (letter) => letter.charCodeAt(0)));

const notAnObject = (body: Buffer, start: number): InvalidJson =>
  OTHER_VALUES.has(body[start] ?? 0)
    ? new InvalidJson('not-an-object', 'Expected an object', start)
    : expected("'{'", body, start);

export const decodeKey = (body: Buffer, keyStart: number, valueStart: number): string => {
  // Between a key and its value are the quotes, a colon and white space only.
  const quoted = body.subarray(keyStart, body.lastIndexOf(QUOTE, valueStart - 1) + 1);
  if (!quoted.includes(BACKSLASH)) return quoted.toString('utf8', 1, quoted.length - 1);
  const key: string = JSON.parse(quoted.toString());
  return key;
};

/**
 * Checks a whole JSON text as `JSON.parse` would, but for the validity of its UTF-8, and tells where the members of its
 * top-level object are. Nothing below them is kept: 1 MB takes 0.2 to 0.5 ms.
 * Throws `InvalidJson`.
 */
export const scanTopLevel = (body: Buffer, limits: ScanLimits): TopLevelScan => {
  const maxMembers = limits.maxMembers ?? 10_000;
  const members: Member[] = [];
  const start = skipSpace(body, 0);
  if (start === body.length) throw new InvalidJson('empty', 'Nothing but white space', start);
  if (body[start] !== OPEN_OBJECT) throw notAnObject(body, start);

  const end = walkChildren(body, start, limits.maxDepth, (keyStart, valueStart, valueEnd) => {
    if (members.length === maxMembers) throw new InvalidJson('members', `More than ${maxMembers} members`, keyStart);
    members.push({ key: decodeKey(body, keyStart, valueStart), keyStart, valueStart, valueEnd });
  });

  const rest = skipSpace(body, end);
  if (rest < body.length) throw expected('the end of the text', body, rest);
  return { members, last: (key) => members.findLast((member) => member.key === key) };
};
