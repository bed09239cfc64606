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
  /** Row of the vendor table that a translating adapter reads its differences from; see `libs/providers`. */
  vendor?: string;
  timeouts: Timeouts;
}

export type ProviderKind = 'anthropic' | 'openai';

export interface Credential {
  name: string;
  apiKey: string;
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

/** What a model name leads to. */
export interface Route {
  /** The public name, or `*` for the route of every other name. */
  name: string;
  /** Every deployment of every tier, lowest tier first. */
  deployments: readonly Deployment[];
}
