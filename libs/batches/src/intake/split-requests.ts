import { InvalidJson } from '#core';
import { BodyText } from './body-text.js';
import { type IntakeLimits, MAX_PARAMS_DEPTH } from './limits.js';
import { ObjectEnd } from './object-end.js';
import { brokenBody, extraInput, invalidRequest, tooDeep, tooLarge } from './refusals.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = 0xef;

/** What a body can begin with that is JSON but no object. */
const OTHER_VALUES = new Set(Array.from('["-0123456789tfn', (letter) => letter.charCodeAt(0)));

/** In bytes, far above `"requests"` with each letter escaped. */
const LONGEST_KEY = 1024;

/** The next bytes of one request. */
export interface Fragment {
  /** The place of the request in the batch. */
  index: number;
  /** A view into the piece that came in. */
  bytes: Buffer;
  /** Whether the request ends with them. */
  isLast: boolean;
}

const openBody = async (text: BodyText): Promise<void> => {
  const byte = await text.peekToken();
  if (byte === undefined) throw brokenBody(new InvalidJson('empty', 'Nothing but white space', 0));
  if (byte === BYTE_ORDER_MARK) throw text.expected("'{', not a byte order mark,");
  if (OTHER_VALUES.has(byte)) throw brokenBody(new InvalidJson('not-an-object', 'Expected an object', 0));
  if (byte !== OPEN_OBJECT) throw text.expected("'{'");
  text.at++;
};

const parseKey = (quoted: readonly number[], offset: number): string => {
  try {
    const key: string = JSON.parse(Buffer.from(quoted).toString());
    return key;
  } catch {
    throw brokenBody(new InvalidJson('syntax', 'Expected a key that is a valid string', offset));
  }
};

const readKey = async (text: BodyText): Promise<string> => {
  if ((await text.peekToken()) !== QUOTE) throw text.expected('a key in double quotes');
  const { offset } = text;
  const quoted = [QUOTE];
  text.at++;
  for (let isEscaped = false; ; ) {
    const byte = await text.peek();
    if (byte === undefined) throw text.expected('a closing quote');
    if (quoted.length === LONGEST_KEY) throw extraInput('', Buffer.from(quoted.slice(1)).toString());
    quoted.push(byte);
    text.at++;
    if (byte === QUOTE && !isEscaped) return parseKey(quoted, offset);
    isEscaped = byte === BACKSLASH && !isEscaped;
  }
};

/** Up to the `[`. `requests` is the only member there may be, so that whatever else is first is refused, and never skipped. */
const openRequests = async (text: BodyText): Promise<void> => {
  if ((await text.peekToken()) === CLOSE_OBJECT) throw invalidRequest('requests: Field required');
  const key = await readKey(text);
  if ((await text.peekToken()) !== COLON) throw text.expected("':' after the key");
  if (key !== 'requests') throw extraInput('', key);
  text.at++;
  const byte = await text.peekToken();
  if (byte === undefined) throw text.expected("'['");
  if (byte !== OPEN_ARRAY) throw invalidRequest('requests: Input should be a valid array');
  text.at++;
  if ((await text.peekToken()) === CLOSE_ARRAY) throw invalidRequest('requests: List should have at least 1 item');
};

const openRequest = async (text: BodyText, index: number, limits: IntakeLimits): Promise<void> => {
  const byte = await text.peekToken();
  if (byte === undefined || byte === CLOSE_ARRAY) throw text.expected('a request');
  if (index === limits.requests) throw invalidRequest(`requests: List should have at most ${limits.requests} items`);
  if (byte !== OPEN_OBJECT) throw invalidRequest(`requests.${index}: Input should be a valid dictionary`);
};

/** One request on its way through. */
class PassingRequest {
  private readonly end = new ObjectEnd();
  private bytes = 0;

  constructor(
    private readonly text: BodyText,
    private readonly index: number,
    private readonly maxBytes: number,
  ) {}

  /** What the piece at hand has of it. */
  take(): Fragment {
    const { text, index } = this;
    const { piece, at } = text;
    const end = this.end.find(piece, at);
    text.at = end === -1 ? piece.length : end;
    this.bytes += text.at - at;
    if (this.end.deepest > MAX_PARAMS_DEPTH + 1) throw tooDeep(index);
    if (this.bytes > this.maxBytes) throw tooLarge(this.maxBytes, `requests.${index}`);
    return { index, bytes: piece.subarray(at, text.at), isLast: end !== -1 };
  }

  /** What the next piece has of it. */
  async takeNext(): Promise<Fragment> {
    if (!(await this.text.advance())) throw this.text.expected('the rest of the request');
    return this.take();
  }
}

/** Steps over what is between two requests; false when the array has ended. */
const isFollowed = async (text: BodyText): Promise<boolean> => {
  const byte = await text.peekToken();
  if (byte !== COMMA && byte !== CLOSE_ARRAY) throw text.expected("',' or ']'");
  text.at++;
  return byte === COMMA;
};

const closeBody = async (text: BodyText): Promise<void> => {
  if ((await text.peekToken()) === COMMA) {
    text.at++;
    const key = await readKey(text);
    throw key === 'requests' ? invalidRequest('requests: Field given more than once') : extraInput('', key);
  }
  if ((await text.peekToken()) !== CLOSE_OBJECT) throw text.expected("',' or '}'");
  text.at++;
  if ((await text.peekToken()) !== undefined) throw text.expected('the end of the text');
};

/**
 * Splits the body of a batch, `{"requests":[{…},{…}]}`, into its requests while it arrives. They are found, not checked:
 * a request may still be no JSON, but when each is, the body was JSON. Nothing but one piece of the body is held.
 *
 * Rejects with the `ApiError` for the first thing that is wrong, as soon as it has come. Ends the body's iterator in any
 * case, which destroys a Node stream that was not asked for `iterator({ destroyOnReturn: false })`.
 */
export async function* splitRequests(body: AsyncIterable<Buffer>, limits: IntakeLimits): AsyncGenerator<Fragment> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    const text = new BodyText(pieces, limits.bytes);
    await openBody(text);
    await openRequests(text);
    let index = 0;
    do {
      await openRequest(text, index, limits);
      const request = new PassingRequest(text, index, limits.requestBytes);
      let fragment = request.take();
      yield fragment;
      while (!fragment.isLast) yield (fragment = await request.takeNext());
      index++;
    } while (await isFollowed(text));
    await closeBody(text);
  } finally {
    await pieces.return?.();
  }
}
