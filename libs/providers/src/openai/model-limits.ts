/** The values of `reasoning_effort`, from the least to the most. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

export type ReasoningEffort = (typeof EFFORTS)[number];

/** What one model takes of its vendor's wire. */
export interface ModelLimits {
  /** From the least to the most. Empty: the model does not reason. */
  readonly efforts: readonly ReasoningEffort[];
  /** What may be said of effort in a request with tools: as without them, nothing, or `none` and only that. */
  readonly besideTools: 'said' | 'unsaid' | 'none';
  /** Takes `temperature` and `top_p` while it reasons. */
  readonly sampling: boolean;
  /** Takes `stop`. */
  readonly stops: boolean;
}

/** Limits of the models whose names fit; of several rows the first counts. */
export interface ModelRow extends ModelLimits {
  readonly models: RegExp;
}

/** Of vendors whose models differ in nothing that we know of. */
const NO_LIMITS: ModelLimits = { efforts: EFFORTS, besideTools: 'said', sampling: true, stops: true };

export const limitsOf = (rows: readonly ModelRow[], model: string): ModelLimits =>
  rows.find(({ models }) => models.test(model)) ?? NO_LIMITS;

/** The most that the model takes without exceeding what is wanted, else the least that it takes. */
export const nearestEffort = ({ efforts }: ModelLimits, wanted: ReasoningEffort): ReasoningEffort | undefined =>
  efforts.findLast((effort) => EFFORTS.indexOf(effort) <= EFFORTS.indexOf(wanted)) ?? efforts[0];

const TO_HIGH = ['low', 'medium', 'high'] as const;
const TO_XHIGH = [...TO_HIGH, 'xhigh'] as const;
const TO_MAX = [...TO_XHIGH, 'max'] as const;

const reasoner = (
  models: RegExp,
  efforts: readonly ReasoningEffort[],
  exceptions: Partial<ModelLimits> = {},
): ModelRow => ({ models, efforts, besideTools: 'said', sampling: false, stops: false, ...exceptions });

const plain = (models: RegExp): ModelRow => ({ ...NO_LIMITS, models, efforts: [] });

/**
 * OpenAI's models on Chat Completions, where they are more different than on its newer wire.
 * Efforts: https://developers.openai.com/api/docs/models, each model's page. Tools, sampling:
 * https://developers.openai.com/api/docs/guides/deployment-checklist. `stop` is documented for o3 and o4-mini only; the
 * others answer it with `unsupported_parameter`.
 */
export const OPENAI_MODELS: readonly ModelRow[] = [
  reasoner(/^(o1|o3-mini)\b/, TO_HIGH, { stops: true }),
  reasoner(/^(o\d|codex|gpt-5-codex)/, TO_HIGH),
  plain(/^gpt-5-chat/),
  reasoner(/^gpt-5\.\d+-chat/, ['medium']),
  reasoner(/^gpt-5-pro/, ['high']),
  reasoner(/^gpt-5\.\d+-pro/, ['medium', 'high', 'xhigh']),
  reasoner(/^gpt-5\.1-codex(?!-max)/, TO_HIGH),
  reasoner(/^gpt-5\.\d+-codex/, TO_XHIGH),
  reasoner(/^gpt-5(?!\.)/, ['minimal', ...TO_HIGH]),
  reasoner(/^gpt-5\.1(?!\d)/, ['none', ...TO_HIGH]),
  reasoner(/^gpt-5\.[23](?!\d)/, ['none', ...TO_XHIGH]),
  reasoner(/^gpt-5\.[45](?!\d)/, ['none', ...TO_XHIGH], { besideTools: 'unsaid' }),
  reasoner(/^gpt-6(-astra|\.\d+-sol)/, TO_MAX),
  reasoner(/^gpt-[5-9]/, ['none', ...TO_MAX], { besideTools: 'none' }),
  plain(/./),
];
