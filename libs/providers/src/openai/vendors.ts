import type { Provider, VendorName } from '#core';
import { type ModelRow, OPENAI_MODELS, type ReasoningEffort } from './model-limits.js';

/** How a vendor is told to think, and how hard. Every part is optional: what is absent cannot be said there. */
export interface ReasoningControl {
  /** The field that turns thinking on and off. */
  toggle?: 'thinking' | 'enable_thinking' | 'chat_template_kwargs';
  /** `reasoning_effort` for each effort of the Messages wire. */
  efforts?: Readonly<Record<Effort, ReasoningEffort>>;
  /** Thinking is off under a `reasoning_effort` of `none`. */
  offByEffort?: boolean;
  /** The field that takes `budget_tokens` as it is. */
  budget?: 'thinking_budget';
  /** Sampling parameters are accepted but have no effect while the model thinks. */
  ignoresSampling?: boolean;
}

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** What one vendor's Chat Completions differ in. A new vendor is a name in core's `VENDORS` and a row here. */
export interface Vendor {
  readonly name: VendorName;
  /** Domains by which a base URL is recognised, subdomains included; `:11434` recognises by port. */
  readonly hosts: readonly string[];
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  readonly reasoning: ReasoningControl;
  /** Where models take less than the vendor's wire has words for. */
  readonly models: readonly ModelRow[];
  /** The assistant's `reasoning_content` must come back with every turn that called tools. */
  readonly replaysReasoning: boolean;
  /** Models whose instructions travel under the role `developer`. */
  readonly developerRole: RegExp | undefined;
  /** Whether a `system` message may stand between turns; some chat templates allow it only at the top. */
  readonly systemBetweenTurns: boolean;
  /** How many `stop` strings are taken. */
  readonly stopLimit: number;
  readonly images: boolean;
  /** Takes PDFs as `file` parts. */
  readonly files: boolean;
  /** Which schemas `response_format` holds answers to: any, those that can be `strict`, or none. */
  readonly schemas: 'any' | 'strict' | 'none';
  /** Takes `strict` on a function. */
  readonly strictTools: boolean;
  /** Which forms of `tool_choice` are obeyed besides `auto`. */
  readonly toolChoices: readonly ('none' | 'required' | 'function')[];
  /** `opt-out`: several calls unless `parallel_tool_calls: false`. `opt-in`: one unless `true`. `fixed`: cannot be said. */
  readonly parallelTools: 'opt-out' | 'opt-in' | 'fixed';
  readonly topK: boolean;
  /** The field for the caller's end user, at most 64 characters. */
  readonly user: 'safety_identifier' | 'user' | undefined;
  /** Takes `service_tier: default` to keep out of faster, dearer capacity. */
  readonly serviceTier: boolean;
  /** Longest id that a tool call may have. */
  readonly toolIdLength: number;
}

/** A service we know nothing about: only what practically every server of this wire takes. */
const COMPATIBLE: Vendor = {
  name: 'compatible',
  hosts: [],
  maxTokens: 'max_tokens',
  reasoning: {},
  models: [],
  replaysReasoning: false,
  developerRole: undefined,
  systemBetweenTurns: false,
  stopLimit: 4,
  images: true,
  files: false,
  schemas: 'strict',
  strictTools: false,
  toolChoices: ['none', 'required', 'function'],
  parallelTools: 'opt-out',
  topK: false,
  user: undefined,
  serviceTier: false,
  toolIdLength: 64,
};

const UP_TO_HIGH = { low: 'low', medium: 'medium', high: 'high', xhigh: 'high', max: 'high' } as const;

/** https://platform.openai.com/docs/api-reference/chat/create */
const OPENAI: Vendor = {
  ...COMPATIBLE,
  name: 'openai',
  hosts: ['api.openai.com'],
  maxTokens: 'max_completion_tokens', // `max_tokens` is refused by every reasoning model
  reasoning: {
    efforts: { low: 'low', medium: 'medium', high: 'high', xhigh: 'xhigh', max: 'max' },
    offByEffort: true,
  },
  models: OPENAI_MODELS,
  developerRole: /^(o\d|gpt-[5-9]|codex)/,
  systemBetweenTurns: true,
  files: true,
  strictTools: true,
  user: 'safety_identifier',
  serviceTier: true,
  toolIdLength: 40,
};

/** https://api-docs.deepseek.com/guides/thinking_mode */
const DEEPSEEK: Vendor = {
  ...COMPATIBLE,
  name: 'deepseek',
  hosts: ['api.deepseek.com'],
  reasoning: {
    toggle: 'thinking',
    efforts: { low: 'low', medium: 'high', high: 'high', xhigh: 'high', max: 'max' },
    ignoresSampling: true,
  },
  replaysReasoning: true,
  systemBetweenTurns: true,
  stopLimit: 16,
  images: false,
  schemas: 'none',
  parallelTools: 'fixed',
};

/** https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions */
const QWEN: Vendor = {
  ...COMPATIBLE,
  name: 'qwen',
  hosts: ['aliyuncs.com'],
  reasoning: { toggle: 'enable_thinking', budget: 'thinking_budget' },
  toolChoices: ['none', 'function'],
  parallelTools: 'opt-in',
  topK: true,
};

/** https://www.volcengine.com/docs/82379/1494384 */
const DOUBAO: Vendor = {
  ...COMPATIBLE,
  name: 'doubao',
  hosts: ['volces.com', 'bytepluses.com'],
  maxTokens: 'max_completion_tokens', // here `max_tokens` leaves the reasoning out of account
  reasoning: { toggle: 'thinking', efforts: UP_TO_HIGH },
  systemBetweenTurns: true,
  serviceTier: true,
};

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
const VLLM: Vendor = {
  ...COMPATIBLE,
  name: 'vllm',
  reasoning: { toggle: 'chat_template_kwargs', efforts: UP_TO_HIGH },
  stopLimit: Infinity,
  schemas: 'any', // by a grammar, `strict` or not
  topK: true,
  user: 'user',
};

/** https://docs.ollama.com/api/openai-compatibility */
const OLLAMA: Vendor = {
  ...COMPATIBLE,
  name: 'ollama',
  hosts: ['ollama.com', ':11434'],
  reasoning: { efforts: UP_TO_HIGH, offByEffort: true },
  stopLimit: Infinity,
  schemas: 'any', // by a grammar, `strict` or not
  toolChoices: [],
  parallelTools: 'fixed',
};

const ROWS: Readonly<Record<VendorName, Vendor>> = {
  openai: OPENAI,
  deepseek: DEEPSEEK,
  qwen: QWEN,
  doubao: DOUBAO,
  vllm: VLLM,
  ollama: OLLAMA,
  compatible: COMPATIBLE,
};

const serves = (vendor: Vendor, url: URL): boolean =>
  vendor.hosts.some((host) =>
    host.startsWith(':') ? `:${url.port}` === host : `.${url.hostname}`.endsWith(`.${host}`),
  );

const isVendorName = (name: string): name is VendorName => Object.hasOwn(ROWS, name);

/** The row of a provider: the one it names, else the one its host belongs to, else the cautious one. */
export const vendorOf = ({ vendor, baseUrl }: Pick<Provider, 'vendor' | 'baseUrl'>): Vendor => {
  if (vendor !== undefined && isVendorName(vendor)) return ROWS[vendor];
  const url = URL.parse(baseUrl);
  return (url && Object.values(ROWS).find((row) => serves(row, url))) ?? COMPATIBLE;
};
