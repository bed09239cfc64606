import type { Prompt } from './answer/prompt.js';
import type { Call } from './call.js';
import { expressPrompt, skim } from './express-lane.js';
import { isJsonObject, type JsonObject } from './json-object.js';
import { invalid } from './refusal.js';

/** A request, read far enough to know whom it is for. */
export interface OpenedRequest {
  model: string | null;
  stream: boolean;
  /** Reads on. Throws `Refusal`. */
  prompt(): Prompt;
}

const parse = (body: Buffer): JsonObject => {
  let tree: unknown;
  try {
    tree = JSON.parse(body.toString());
  } catch (cause) {
    throw invalid(`The request body is not valid JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`);
  }
  if (!isJsonObject(tree)) throw invalid('The request body is not a JSON object.');
  return tree;
};

/** Parses a request or, on the express lane, only skims it. Throws `Refusal` when it is no JSON object. */
export const openRequest = (call: Call, operation: 'messages' | 'count_tokens', body: Buffer): OpenedRequest => {
  const { wire } = call.route;
  const { express, strict } = call.simulation.settings;
  if (express && operation === 'messages') {
    const skimmed = skim(body);
    return { ...skimmed, prompt: () => expressPrompt(skimmed) };
  }
  const tree = parse(body);
  const { headers } = call.request;
  return {
    model: typeof tree.model === 'string' ? tree.model : null,
    stream: tree.stream === true,
    prompt: () => wire.read(tree, { operation, headers, directives: call.directives, strict }),
  };
};
