import { Refusal } from './refusal.js';
import type { WireName } from './wire.js';

const CREATED = '2026-01-01T00:00:00Z';

const supported = { supported: true };

/** https://platform.claude.com/docs/en/api/models/retrieve */
const modelInfo = (id: string) => ({
  id,
  type: 'model',
  display_name: id,
  created_at: CREATED,
  lifecycle: 'active',
  deprecated_at: null,
  retires_at: null,
  line: null,
  max_input_tokens: 200_000,
  max_tokens: 64_000,
  capabilities: {
    batch: { supported: false },
    citations: { supported: false },
    code_execution: { supported: false },
    image_input: supported,
    pdf_input: supported,
    structured_outputs: supported,
    thinking: { supported: true, types: { adaptive: supported, enabled: supported, disabled: supported } },
  },
});

/** https://platform.openai.com/docs/api-reference/models/object */
const modelObject = (id: string) => ({
  id,
  object: 'model',
  created: Date.parse(CREATED) / 1000,
  owned_by: 'simulator',
});

const listOf = (wire: WireName, models: readonly string[]) =>
  wire === 'openai'
    ? { object: 'list', data: models.map(modelObject) }
    : {
        data: models.map(modelInfo),
        has_more: false,
        first_id: models[0] ?? null,
        last_id: models.at(-1) ?? null,
      };

/** The list of models, or the one that is named; throws `Refusal` for a name that is not listed. */
export const modelsBody = (wire: WireName, models: readonly string[], named: string | null): string => {
  if (named === null) return JSON.stringify(listOf(wire, models));
  if (!models.includes(named)) throw new Refusal(404, 'not_found_error', `model: ${named}`);
  return JSON.stringify(wire === 'openai' ? modelObject(named) : modelInfo(named));
};
