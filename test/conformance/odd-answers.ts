import type { Lane } from './lane.js';
import { type Framing, httpAnswer, type Playback, type PlayedRequest } from './playback-upstream.js';

/** An answer such as upstreams give, whether they should or not. */
export interface OddAnswer {
  /** What is odd about it. */
  what: string;
  body: string;
  /**
   * What the gateway makes of it. `whole`: an answer in the official form. `unchanged`: the same bytes, which hold things
   * that the API may send one day, and that every client takes. `error`: an error, however much had been sent.
   * `unread`: the same bytes, and each client does with them what it does.
   */
  becomes: 'whole' | 'unchanged' | 'error' | 'unread';
  contentType?: string;
  framing?: Framing;
  ending?: Playback['ending'];
  /** Cuts the HTTP answer, in bytes from its end. */
  without?: number;
}

type Members = Record<string, unknown>;
type Event = Members & { type: string };

const sse = (...events: (Event | string)[]): string =>
  events
    .map((event) => (typeof event === 'string' ? event : `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
    .join('');

const message: Members = {
  id: 'msg_odd',
  type: 'message',
  role: 'assistant',
  model: 'claude-odd',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 7, output_tokens: 1 },
};
const without = (object: Members, name: string): Members =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

const START: Event = { type: 'message_start', message };
const open = (index: number): Event => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'text', text: '' },
});
const say = (index: number, text: string): Event => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'text_delta', text },
});
const close = (index: number): Event => ({ type: 'content_block_stop', index });
const BLOCK = [open(0), say(0, 'Hello, '), say(0, 'world'), close(0)];
const END: Event = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 3 },
};
const STOP: Event = { type: 'message_stop' };
const PING: Event = { type: 'ping' };
const OVERLOADED: Event = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
const WHOLE = sse(START, ...BLOCK, END, STOP);
const CUT = sse(START, open(0), say(0, 'Hello, '));
const nameless = (event: Event): string => `data: ${JSON.stringify(event)}\n\n`;
const misnamed = (event: Event): string => `event: message\ndata: ${JSON.stringify(event)}\n\n`;

/** What all of these answers say, those that say it. */
export const SAID = 'Hello, world';

const MESSAGES: readonly OddAnswer[] = [
  { what: 'nothing: an answer as the API gives it', body: WHOLE, becomes: 'whole' },
  { what: 'lines that end in CRLF', body: WHOLE.replaceAll('\n', '\r\n'), becomes: 'unchanged' },
  {
    what: 'comments and pings everywhere',
    body: sse(PING, START, ': still here\n\n', PING, ...BLOCK, PING, END, STOP),
    becomes: 'whole',
  },
  { what: 'a ping and a comment after the end', body: `${WHOLE}${sse(PING)}: bye\n\n`, becomes: 'whole' },
  { what: 'events without names', body: [START, ...BLOCK, END, STOP].map(nameless).join(''), becomes: 'whole' },
  { what: 'events under another name', body: [START, ...BLOCK, END, STOP].map(misnamed).join(''), becomes: 'unread' },
  { what: '[DONE] at the end', body: `${WHOLE}data: [DONE]\n\n`, becomes: 'whole' },
  { what: 'an event done with [DONE] at the end', body: `${WHOLE}event: done\ndata: [DONE]\n\n`, becomes: 'whole' },
  {
    what: 'an event of a new kind',
    body: sse(START, { type: 'news', n: 1 }, ...BLOCK, END, STOP),
    becomes: 'unchanged',
  },
  {
    what: 'a delta of a new kind',
    body: sse(
      START,
      open(0),
      say(0, SAID),
      { type: 'content_block_delta', index: 0, delta: { type: 'news_delta' } },
      close(0),
      END,
      STOP,
    ),
    becomes: 'unchanged',
  },
  {
    what: 'a new stop_reason',
    body: sse(START, ...BLOCK, { ...END, delta: { stop_reason: 'weary', stop_sequence: null } }, STOP),
    becomes: 'whole',
  },
  {
    what: 'further counters in usage',
    body: sse(START, ...BLOCK, { ...END, usage: { output_tokens: 3, total_tokens: 10 } }, STOP),
    becomes: 'whole',
  },
  { what: 'two message_delta events', body: sse(START, ...BLOCK, END, END, STOP), becomes: 'whole' },
  { what: 'no empty line after the last event', body: WHOLE.slice(0, -1), becomes: 'whole' },
  {
    what: 'message_start without usage',
    body: sse({ type: 'message_start', message: without(message, 'usage') }, ...BLOCK, END, STOP),
    becomes: 'unread',
  },
  {
    what: 'message_start without content',
    body: sse({ type: 'message_start', message: without(message, 'content') }, ...BLOCK, END, STOP),
    becomes: 'unread',
  },
  {
    what: 'message_start without message',
    body: sse({ type: 'message_start' }, ...BLOCK, END, STOP),
    becomes: 'error',
  },
  {
    what: 'message_delta without usage',
    body: sse(START, ...BLOCK, without(END, 'usage') as Event, STOP),
    becomes: 'unread',
  },
  {
    what: 'message_delta with empty usage',
    body: sse(START, ...BLOCK, { ...END, usage: {} }, STOP),
    becomes: 'unchanged',
  },
  { what: 'blocks before message_start', body: sse(...BLOCK, START, END, STOP), becomes: 'error' },
  { what: 'a second message_start', body: sse(START, START, ...BLOCK, END, STOP), becomes: 'unread' },
  {
    what: 'a delta of a block that never started',
    body: sse(START, say(0, SAID), close(0), END, STOP),
    becomes: 'unread',
  },
  {
    what: 'a first block with the index 1',
    body: sse(START, open(1), say(1, SAID), close(1), END, STOP),
    becomes: 'unread',
  },
  { what: 'a block that is never closed', body: sse(START, open(0), say(0, SAID), END, STOP), becomes: 'unread' },
  {
    what: 'two blocks open at once',
    body: sse(START, open(0), open(1), say(0, SAID), say(1, 'More'), close(0), close(1), END, STOP),
    becomes: 'unread',
  },
  { what: 'no message_delta', body: sse(START, ...BLOCK, STOP), becomes: 'unread' },
  {
    what: 'a delta that is no JSON',
    body: sse(START, open(0), 'event: content_block_delta\ndata: {"type":\n\n', close(0), END, STOP),
    becomes: 'unread',
  },
  { what: 'the end while a block is open', body: CUT, becomes: 'error' },
  { what: 'the end between two blocks', body: sse(START, ...BLOCK), becomes: 'error' },
  { what: 'the end before message_stop', body: sse(START, ...BLOCK, END), becomes: 'error' },
  { what: 'a connection that breaks', body: CUT, framing: 'chunked', without: 5, ending: 'reset', becomes: 'error' },
  { what: 'a chunked body without its end', body: CUT, framing: 'chunked', without: 5, becomes: 'error' },
  { what: 'an error event', body: `${CUT}${sse(OVERLOADED)}`, becomes: 'error' },
  { what: 'an error without the name of one', body: `${CUT}${nameless(OVERLOADED)}`, becomes: 'error' },
  { what: 'an error event that is no JSON', body: `${CUT}event: error\ndata: it went wrong\n\n`, becomes: 'error' },
  { what: 'an error event before anything else', body: sse(OVERLOADED), becomes: 'error' },
  { what: 'nothing at all', body: '', becomes: 'error' },
  {
    what: 'JSON instead of a stream',
    body: JSON.stringify({ ...message, content: [{ type: 'text', text: SAID }], stop_reason: 'end_turn' }),
    contentType: 'application/json',
    becomes: 'error',
  },
  {
    what: 'an error as JSON with status 200',
    body: JSON.stringify(OVERLOADED),
    contentType: 'application/json',
    becomes: 'error',
  },
  { what: 'HTML', body: '<html><body>Welcome</body></html>', contentType: 'text/html', becomes: 'error' },
];

const chunk = (members: Members): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-odd', object: 'chat.completion.chunk', created: 0, model: 'odd', ...members })}\n\n`;
const choice = (delta: Members, finish_reason: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta, finish_reason }] });
const USAGE = chunk({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } });
const DONE = 'data: [DONE]\n\n';
const TEXT = [choice({ role: 'assistant', content: '' }), choice({ content: 'Hello, ' }), choice({ content: 'world' })];
const FINISH = choice({}, 'stop');
const CHUNKS = [...TEXT, FINISH, USAGE, DONE].join('');
const CUT_CHUNKS = TEXT.slice(0, 2).join('');
const COMPLAINT = { error: { message: 'The server is overloaded', type: 'server_error', code: null } };

const COMPLETIONS: readonly OddAnswer[] = [
  { what: 'nothing: an answer as the API gives it', body: CHUNKS, becomes: 'whole' },
  { what: 'lines that end in CRLF', body: CHUNKS.replaceAll('\n', '\r\n'), becomes: 'whole' },
  { what: 'comments', body: `: PROCESSING\n\n${CHUNKS}`, becomes: 'whole' },
  {
    what: 'chunks under an event name',
    body: CHUNKS.replaceAll('data: {', 'event: message\ndata: {'),
    becomes: 'whole',
  },
  { what: 'no [DONE]', body: [...TEXT, FINISH, USAGE].join(''), becomes: 'whole' },
  { what: 'no usage', body: [...TEXT, FINISH, DONE].join(''), becomes: 'whole' },
  { what: 'neither usage nor [DONE]', body: [...TEXT, FINISH].join(''), becomes: 'whole' },
  {
    what: 'usage in the last choice',
    body: [
      ...TEXT,
      chunk({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
      }),
      DONE,
    ].join(''),
    becomes: 'whole',
  },
  {
    what: 'finish_reason in the last chunk of text',
    body: [TEXT[0], choice({ content: SAID }, 'stop'), DONE].join(''),
    becomes: 'whole',
  },
  {
    what: 'a first chunk without choices',
    body: [chunk({ choices: [], prompt_filter_results: [] }), CHUNKS].join(''),
    becomes: 'whole',
  },
  { what: 'no empty line after the last event', body: [...TEXT, FINISH].join('').slice(0, -1), becomes: 'whole' },
  { what: 'an unknown finish_reason', body: [...TEXT, choice({}, 'weary'), DONE].join(''), becomes: 'error' },
  { what: 'no finish_reason before [DONE]', body: [...TEXT, DONE].join(''), becomes: 'error' },
  { what: 'the end in the middle of the text', body: CUT_CHUNKS, becomes: 'error' },
  { what: 'the end before finish_reason', body: TEXT.join(''), becomes: 'error' },
  {
    what: 'a connection that breaks',
    body: CUT_CHUNKS,
    framing: 'chunked',
    without: 5,
    ending: 'reset',
    becomes: 'error',
  },
  { what: 'a chunked body without its end', body: CUT_CHUNKS, framing: 'chunked', without: 5, becomes: 'error' },
  { what: 'a chunk that is no JSON', body: `${CUT_CHUNKS}data: {"choices":\n\n${FINISH}${DONE}`, becomes: 'error' },
  {
    what: 'an error among the chunks',
    body: `${CUT_CHUNKS}data: ${JSON.stringify(COMPLAINT)}\n\n${DONE}`,
    becomes: 'error',
  },
  {
    what: 'an error as an event',
    body: `${CUT_CHUNKS}event: error\ndata: ${JSON.stringify(COMPLAINT.error)}\n\n`,
    becomes: 'error',
  },
  { what: 'an error before anything else', body: `data: ${JSON.stringify(COMPLAINT)}\n\n`, becomes: 'error' },
  { what: 'nothing but [DONE]', body: DONE, becomes: 'error' },
  { what: 'nothing at all', body: '', becomes: 'error' },
  {
    what: 'an error as JSON with status 200',
    body: JSON.stringify(COMPLAINT),
    contentType: 'application/json',
    becomes: 'error',
  },
  { what: 'HTML', body: '<html><body>Welcome</body></html>', contentType: 'text/html', becomes: 'error' },
];

export const ODD_ANSWERS: Readonly<Record<Lane, readonly OddAnswer[]>> = {
  'pass-through': MESSAGES,
  translated: COMPLETIONS,
};

/** The model that gives the answer with that number. */
export const oddModel = (index: number): string => `play-${index}`;

/** Plays what `oddModel` names. */
export const playOdd =
  (lane: Lane) =>
  ({ model }: PlayedRequest): Playback => {
    const odd = ODD_ANSWERS[lane][Number(model.slice('play-'.length))];
    if (!odd) throw new Error(`There is no answer ${model}`);
    const bytes = httpAnswer(odd.body, odd.contentType ?? 'text/event-stream', odd.framing ?? 'until-close');
    return { bytes: bytes.subarray(0, bytes.length - (odd.without ?? 0)), ending: odd.ending ?? 'close' };
  };
