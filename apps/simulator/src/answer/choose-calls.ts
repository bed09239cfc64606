import type { ToolCall } from './answer.js';
import { idLetters } from './id-letters.js';
import type { OfferedTool, Prompt } from './prompt.js';
import { numberBelow, pick, type Random } from './random.js';
import { sampleSchema } from './sample-schema.js';

const callable = ({ tools, toolChoice }: Prompt): readonly OfferedTool[] => {
  if (toolChoice === 'none') return [];
  if (typeof toolChoice === 'string') return tools;
  return tools.filter((tool) => tool.name === toolChoice.name);
};

const howMany = (prompt: Prompt, asked: number | undefined, random: Random): number => {
  const must = prompt.toolChoice !== 'auto';
  if (asked !== undefined) return Math.max(asked, must ? 1 : 0);
  if (prompt.afterTool && !must) return 0;
  return prompt.parallelTools && prompt.tools.length > 1 ? 1 + numberBelow(random, 2) : 1;
};

/**
 * Which tools the model calls: at least one when it must, none when it may not; left to itself it calls one or two after
 * a turn of the user's, and none once it was given results. `asked` is a directive's number of calls.
 */
export const chooseCalls = (prompt: Prompt, asked: number | undefined, random: Random): ToolCall[] => {
  const tools = callable(prompt);
  if (tools.length === 0) return [];
  return Array.from({ length: howMany(prompt, asked, random) }, () => {
    const tool = pick(random, tools);
    return { id: idLetters(random), name: tool.name, input: JSON.stringify(sampleSchema(tool.schema, random)) };
  });
};
