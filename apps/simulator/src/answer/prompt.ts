import type { JsonObject } from '../json-object.js';

/** A tool the model may call. */
export interface OfferedTool {
  name: string;
  schema: JsonObject;
}

/** A part of the prompt, in the order in which the model reads it. What it costs, and whether the caller caches up to here. */
export interface PromptSection {
  text: string;
  tokens: number;
  cache?: '5m' | '1h';
}

/** What the simulated model reads of a request, whichever wire it came over. */
export interface Prompt {
  model: string;
  stream: boolean;
  /** The text of the last turn, or of the tool results in it. */
  lastText: string;
  turns: number;
  /** The last turn holds tool results. */
  afterTool: boolean;
  tools: readonly OfferedTool[];
  toolChoice: 'auto' | 'any' | 'none' | { name: string };
  parallelTools: boolean;
  /** `hidden`: it thinks, and the caller asked not to be shown the text. */
  thinking: 'none' | 'shown' | 'hidden';
  /** Undefined is no limit. Counts thinking, text and tool input. */
  maxTokens: number | undefined;
  stopSequences: readonly string[];
  /** The answer's text must be JSON that fits this. */
  format: JsonObject | undefined;
  /** The stream ends with what was used. Always true on the Messages wire. */
  usageInStream: boolean;
  sections: readonly PromptSection[];
}

/** About four characters a token, which is what tokenizers come to in English. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

/** Tokens of a whole prompt. */
export const promptTokens = (sections: readonly PromptSection[]): number =>
  sections.reduce((sum, { tokens }) => sum + tokens, 0);
