import type { Directives } from '../directives/directives.js';
import type { Answer, ToolCall } from './answer.js';
import { chooseCalls } from './choose-calls.js';
import { type Prompt, tokensOf } from './prompt.js';
import type { PromptUsage } from './prompt-cache.js';
import { hashText, numberBelow, type Random, seededRandom } from './random.js';
import { sampleSchema } from './sample-schema.js';
import { chooseWords, longText, piecesOf } from './vocabulary.js';

/** UTF-16 units of the user's words that an answer repeats. */
const ECHOED = 200;

/** What an answer depends on besides the request. */
export interface Circumstances {
  directives: Directives;
  seed: number;
  id: string;
  promptUsage: PromptUsage;
}

type Spoken = Pick<Answer, 'thinking' | 'text' | 'tools' | 'stop' | 'stopSequence'> & { tokens: number };

const think = ({ thinking }: Prompt, asked: number | undefined, random: Random): string[] =>
  asked === 0 || (thinking === 'none' && asked === undefined)
    ? []
    : chooseWords(random, asked ?? 8 + numberBelow(random, 8));

const say = (prompt: Prompt, directives: Directives, random: Random): string[] => {
  if (directives.text !== undefined) return piecesOf(directives.text);
  if (prompt.format) return piecesOf(JSON.stringify(sampleSchema(prompt.format, random)));
  // Whole characters only: half a surrogate pair would not survive the wire.
  const echo = prompt.lastText.slice(0, ECHOED).replace(/[\uD800-\uDBFF]$/, '');
  const opening = piecesOf(`${prompt.afterTool ? 'The tool answered' : 'You said'}: ${echo} `.trimEnd());
  const wanted = directives.tokens ?? opening.length + 8 + numberBelow(random, 8);
  const more = chooseWords(random, Math.max(0, wanted - opening.length)).map((word) => ` ${word.trimStart()}`);
  return [...opening, ...more].slice(0, wanted);
};

/** Ends a text before the first of the caller's stop sequences in it. */
const stopAtSequence = (pieces: string[], sequences: readonly string[]): { pieces: string[]; hit: string | null } => {
  if (sequences.length === 0) return { pieces, hit: null };
  const text = pieces.join('');
  const hits = sequences
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at);
  return hits[0] ? { pieces: piecesOf(text.slice(0, hits[0].at)), hit: hits[0].sequence } : { pieces, hit: null };
};

/** Cuts what was said to the caller's limit. A tool call that does not fit is left out whole. */
const withinLimit = (thinking: string[], text: string[], calls: ToolCall[], limit: number): Spoken => {
  const thought = thinking.slice(0, limit);
  const said = text.slice(0, limit - thought.length);
  let tokens = thought.length + said.length;
  let short = tokens < thinking.length + text.length;
  const tools: ToolCall[] = [];
  for (const call of calls) {
    const cost = tokensOf(call.name) + tokensOf(call.input);
    if (short || tokens + cost > limit) {
      short = true;
      break;
    }
    tokens += cost;
    tools.push(call);
  }
  const stop = short ? 'length' : tools.length > 0 ? 'tools' : 'finished';
  return { thinking: thought, text: said.length > 0 ? said : undefined, tools, stop, stopSequence: null, tokens };
};

const speak = (prompt: Prompt, directives: Directives, random: Random): Spoken => {
  const thinking = think(prompt, directives.thinking, random);
  if (directives.bytes !== undefined) {
    const tokens = thinking.length + Math.ceil(directives.bytes / 4);
    return { thinking, text: longText(directives.bytes), tools: [], stop: 'finished', stopSequence: null, tokens };
  }
  const limit = prompt.maxTokens ?? Infinity;
  const calls = chooseCalls(prompt, directives.tools, random);
  if (calls.length > 0) return withinLimit(thinking, piecesOf(`I will use ${calls[0]?.name}.`), calls, limit);
  const { pieces, hit } = stopAtSequence(say(prompt, directives, random), prompt.stopSequences);
  const spoken = withinLimit(thinking, pieces, [], limit);
  return hit !== null && spoken.stop === 'finished' ? { ...spoken, stop: 'sequence', stopSequence: hit } : spoken;
};

/** What the simulated model answers: the same for the same prompt, directives and seed. */
export const planAnswer = (prompt: Prompt, circumstances: Circumstances): Answer => {
  const { directives, seed, id, promptUsage } = circumstances;
  const random = seededRandom(hashText(`${directives.seed ?? seed}\n${prompt.turns}\n${prompt.lastText}`));
  const { tokens, ...spoken } = speak(prompt, directives, random);
  return {
    ...spoken,
    id: directives.id ?? id,
    model: prompt.model,
    thinkingShown: prompt.thinking !== 'hidden',
    stopAs: directives.stop,
    usage: { ...promptUsage, output: tokens, thinking: spoken.thinking.length },
  };
};
