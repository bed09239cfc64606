import { hash } from 'node:crypto';
import { idLetters } from './answer/id-letters.js';
import { planAnswer } from './answer/plan-answer.js';
import type { Prompt } from './answer/prompt.js';
import { seededRandom } from './answer/random.js';
import type { Call } from './call.js';
import { settleTokens } from './limits.js';
import type { Encoded } from './send-answer.js';

/** Equal requests get equal ids, unless a directive wants them told apart. */
const answerId = ({ route, simulation, entry, directives }: Call, body: Buffer): string => {
  const digest = hash('sha1', directives['id-per-call'] ? entry.request_id : body);
  const seed = Number.parseInt(digest.slice(0, 8), 16) ^ (directives.seed ?? simulation.settings.seed);
  return route.wire.idPrefix + idLetters(seededRandom(seed));
};

const compose = (call: Call, prompt: Prompt, body: Buffer): Encoded => {
  const { simulation, route, directives, entry } = call;
  const { settings, cache } = simulation;
  const owner = `${entry.credential}\n${prompt.model}`;
  const answer = planAnswer(prompt, {
    directives,
    seed: settings.seed,
    id: answerId(call, body),
    promptUsage: cache.account(owner, prompt.sections, settings.now()),
  });
  settleTokens(call, answer);
  const streamed = prompt.stream && directives.body !== 'json';
  const { wire } = route;
  return {
    streamed,
    pieces: streamed ? wire.events(answer, prompt, directives) : [wire.whole(answer, directives)],
  };
};

/**
 * What the model answers, on the call's wire. On the express lane all calls with one model and one set of directives
 * have the same answer, which is kept.
 */
export const composeAnswer = (call: Call, prompt: Prompt, body: Buffer): Encoded => {
  const { simulation, route, entry } = call;
  if (!simulation.settings.express) return compose(call, prompt, body);
  const key = `${route.wire.name}\n${prompt.stream}\n${prompt.model}\n${entry.directives}`;
  const known = simulation.remembered.get(key);
  if (known) return known;
  const { streamed, pieces } = compose(call, prompt, body);
  const kept = { streamed, pieces: [...pieces] };
  simulation.remembered.set(key, kept);
  return kept;
};
