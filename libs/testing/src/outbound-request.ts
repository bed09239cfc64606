import {
  type ApiVersion,
  type Deployment,
  type Endpoint,
  type MessagesRequest,
  type OutboundRequest,
  scanTopLevel,
} from '#core';

/** A request as an adapter gets it. `body` is what the caller sent; say only what the case is about. */
export const anOutboundRequest = (
  body: Record<string, unknown>,
  options: { stream?: boolean; version?: ApiVersion; endpoint?: Endpoint } = {},
): OutboundRequest => {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    endpoint: 'messages',
    version: '2023-06-01',
    stream: false,
    maxTokens: typeof body.max_tokens === 'number' ? body.max_tokens : 0,
    model: typeof body.model === 'string' ? body.model : 'claude-sonnet-4-5',
    body: bytes,
    scan: scanTopLevel(bytes, { maxDepth: 1_000 }),
    headers: {},
    tree: () => body as unknown as MessagesRequest,
    release: () => undefined,
    estimatedInput: () => Math.ceil(bytes.length / 4),
    ...options,
  };
};

/** A deployment of an OpenAI-kind provider. */
export const aDeployment = (vendor: string, model?: string): Deployment => ({
  id: `${vendor}/main/${model ?? '*'}`,
  provider: {
    name: vendor,
    kind: 'openai',
    baseUrl: `https://${vendor}.example/v1`,
    vendor,
    timeouts: { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 1_000 },
  },
  credential: { name: 'main', apiKey: 'sk-upstream', fingerprint: 'f', limits: undefined },
  model,
  tier: 1,
  weight: 1,
});
