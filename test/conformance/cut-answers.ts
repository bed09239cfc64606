import { startSimulator } from '../../apps/simulator/src/simulator.js';
import type { Lane } from './lane.js';
import { type Framing, httpAnswer, type Playback, type PlayedRequest } from './playback-upstream.js';

/** A recorded HTTP answer that can be broken off after any of its bytes. */
export interface CutAnswer {
  /** `stream` or `whole`, and how it is framed and broken off. Part of the model's name that asks for it. */
  name: string;
  bytes: Buffer;
  ending: Playback['ending'];
  /** With fewer bytes than this the answer is not complete, and whoever says so is wrong. */
  completeAt: number;
}

/** How an answer's end is told, and how the connection ends instead. */
const WAYS: Readonly<Record<'stream' | 'whole', readonly { framing: Framing; ending: Playback['ending'] }[]>> = {
  stream: [
    { framing: 'until-close', ending: 'close' },
    { framing: 'chunked', ending: 'close' },
    { framing: 'chunked', ending: 'reset' },
  ],
  whole: [
    { framing: 'until-close', ending: 'close' },
    { framing: 'content-length', ending: 'close' },
    { framing: 'chunked', ending: 'reset' },
  ],
};

const NOTE = { name: 'note', parameters: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } };
const QUESTION = { model: 'm', max_tokens: 500, messages: [{ role: 'user', content: 'Hi' }] };
const ANTHROPIC = { ...QUESTION, tools: [{ name: NOTE.name, input_schema: NOTE.parameters }] };
const OPENAI = { ...QUESTION, tools: [{ type: 'function', function: NOTE }] };

/** An answer with a thought, a text and a tool call, as the lane's upstream gives it. */
const record = async (lane: Lane, stream: boolean): Promise<string> => {
  const simulator = await startSimulator({ behaviour: 'thinking=1;tools=1' });
  const [path, body, headers] =
    lane === 'pass-through'
      ? ['/v1/messages', ANTHROPIC, { 'x-api-key': 'sk', 'anthropic-version': '2023-06-01' }]
      : ['/v1/chat/completions', { ...OPENAI, stream_options: stream ? { include_usage: true } : undefined }, {}];
  const answered = await fetch(simulator.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk', ...headers },
    body: JSON.stringify({ ...body, stream }),
  });
  const text = await answered.text();
  await simulator.close();
  if (!answered.ok) throw new Error(`The simulator answered ${answered.status}: ${text}`);
  return text;
};

/** What makes an answer complete: the last event of a stream, or in Chat Completions the one that says why it ended. */
const lastWord = (lane: Lane, kind: 'stream' | 'whole', body: string): string => {
  if (kind === 'whole') return body;
  const events = body.split('\n\n').filter((event) => event !== '');
  const found = lane === 'pass-through' ? events.at(-1) : events.find((event) => /"finish_reason":"/.test(event));
  if (!found) throw new Error(`The recording has no end:\n${body}`);
  return found;
};

/** The recordings of a lane. */
export const recordAnswers = async (lane: Lane, kind: 'stream' | 'whole'): Promise<CutAnswer[]> => {
  const body = await record(lane, kind === 'stream');
  const end = lastWord(lane, kind, body);
  return WAYS[kind].map(({ framing, ending }) => {
    const bytes = httpAnswer(body, kind === 'stream' ? 'text/event-stream' : 'application/json', framing);
    const completeAt = bytes.lastIndexOf(end) + Buffer.byteLength(end);
    return { name: `${kind}-${framing}-${ending}`, bytes, ending, completeAt };
  });
};

/** The model that plays the first `k` bytes of an answer. */
export const cutModel = ({ name }: Pick<CutAnswer, 'name'>, k: number): string => `play-${name}/${k}`;

/** Plays what `cutModel` names. */
export const playCut =
  (answers: readonly CutAnswer[]) =>
  ({ model }: PlayedRequest): Playback => {
    const [name, k] = model.slice('play-'.length).split('/');
    const answer = answers.find((candidate) => candidate.name === name);
    if (!answer) throw new Error(`There is no recording ${model}`);
    return { bytes: answer.bytes.subarray(0, Number(k)), ending: answer.ending };
  };

/** An answer broken off after `k` bytes. */
export interface Cut {
  answer: CutAnswer;
  k: number;
}

/** As many as there are clients. Nothing that goes by the position repeats with it, so each still meets every answer and way of reading. */
const CLIENTS = 5;

const IS_LONG = process.env.SWITCHYARD_LONG === '1';

/** Which positions a client is given, in words. */
export const POSITIONS = IS_LONG ? 'for every k' : `for every k by one of ${CLIENTS} clients`;

/** The positions of one client: all of them with `SWITCHYARD_LONG=1`, otherwise a share, so that together the clients have them all. */
export const positionsOf = (client: number): { from: number; every: number } =>
  IS_LONG ? { from: 0, every: 1 } : { from: client % CLIENTS, every: CLIENTS };

/**
 * A client's byte positions once, each with one of the answers in turn. Clients differ in which answer they get at a position, so
 * that of those who are given all positions three see every answer cut everywhere.
 */
export function* cutsFor(client: number, answers: readonly CutAnswer[]): Generator<Cut> {
  const longest = Math.max(...answers.map(({ bytes }) => bytes.length));
  const { from, every } = positionsOf(client);
  for (let k = from; k < longest; k += every) {
    const answer = answers[(k + client) % answers.length];
    if (answer && k < answer.bytes.length) yield { answer, k };
  }
}
