import type { Limits } from './limits.js';

/** Milliseconds. Zero and infinity are refused by the configuration. */
export interface Timeouts {
  /** TCP and TLS. */
  connectMs: number;
  /** From the request being sent to the first byte of the answer's body. */
  firstByteMs: number;
  /** Between two pieces of the answer. */
  idleMs: number;
  /** From the first attempt's start to the answer's end. */
  totalMs: number;
}

/** One upstream account's home: where it is and which wire it speaks. */
export interface Provider {
  name: string;
  kind: ProviderKind;
  /** Without a trailing slash, and without `/v1` for `kind: anthropic`. */
  baseUrl: string;
  /** One of `VENDORS`; without it the address decides. Only for `kind: openai`. */
  vendor?: string;
  timeouts: Timeouts;
}

export type ProviderKind = 'anthropic' | 'openai';

/**
 * The services that are told apart within `kind: openai`, as `vendor:` names them.
 * What they differ in stands in `libs/providers/src/openai/vendors.ts`, which has a row for each.
 */
export const VENDORS = ['openai', 'deepseek', 'qwen', 'doubao', 'vllm', 'ollama', 'compatible'] as const;

export type VendorName = (typeof VENDORS)[number];

export interface Credential {
  name: string;
  apiKey: string;
  /** Tells one `apiKey` from another without telling it: what was learnt about a key does not hold for its successor. */
  fingerprint: string;
  /** Of the upstream's account; undefined where the file names none. */
  limits: Limits | undefined;
}

/** The unit that is chosen, judged and cooled down: provider × credential × upstream model. */
export interface Deployment {
  /** `provider/credential/model`; names metrics, spans and headers. Holds no secret. */
  id: string;
  provider: Provider;
  credential: Credential;
  /** The upstream's name for the model; undefined passes on the caller's own. */
  model: string | undefined;
  /** 1 is tried first. */
  tier: number;
  /** Share of the tier's traffic, above zero. */
  weight: number;
}

/** What keeps a conversation on one deployment, whose prompt cache then knows it. */
export interface AffinityPolicy {
  /** `prefix`: by what the conversation begins with. `header`: by the named header, else by prefix. `none`: each call on its own. */
  by: 'prefix' | 'header' | 'none';
  /** Lower case. Of use with `header` only. */
  header: string;
}

/** What a model name leads to. */
export interface Route {
  /** The public name, or `*` for the route of every other name. */
  name: string;
  /** Every deployment of every tier, lowest tier first. */
  deployments: readonly Deployment[];
  affinity: AffinityPolicy;
  /** How long a call may wait for the first deployment to return when none can be used. 0: not at all. */
  waitMs: number;
}
