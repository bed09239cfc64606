import type { Surroundings } from '../surroundings.js';
import { adminOf } from './administration.js';
import { type Explanation, explanationLines } from './explanation-lines.js';

/** The flags of `switchyard explain`. */
export interface ExplainOptions {
  config?: string;
  gateway?: string;
  affinity?: string;
  inputTokens?: number;
  json?: boolean;
}

/** Asks a running gateway where a call would go now, and why. Resolves to the exit code: 1 when it could go nowhere. */
export const explain = async (model: string, options: ExplainOptions, surroundings: Surroundings): Promise<number> => {
  const client = await adminOf(options, surroundings);
  const question = { model, affinity: options.affinity, input_tokens: options.inputTokens };
  const answer = (await client.post('/admin/v1/explain', question)) as Explanation;
  if (options.json) surroundings.print(JSON.stringify(answer, null, 2));
  else for (const line of explanationLines(answer)) surroundings.print(line);
  return answer.eligible.length > 0 ? 0 : 1;
};
