import type { Deployment, OutboundRequest, ProviderAdapter, UpstreamRequest } from '#core';
import { mintId } from '#core';
import type { AnswerContext } from './chat-stream.js';
import { estimateTokens } from './count-tokens.js';
import { hidesThinking } from './encode-reasoning.js';
import { encodeRequest } from './encode-request.js';
import { explainAnswer } from './explain.js';
import { limitsOf } from './model-limits.js';
import { readLimits } from './read-limits.js';
import { ChatStreamReader } from './stream-reader.js';
import { ThinkingTokens } from './thinking-token.js';
import { callerToolId } from './tool-id.js';
import { vendorOf } from './vendors.js';
import { readWhole } from './whole-reader.js';

export interface OpenAiAdapterOptions {
  /** Signs thinking. The same in every replica, or conversations that change replicas are refused. */
  signingKey: Buffer;
  /** A uniform byte, for ids. */
  randomByte: () => number;
  /** Milliseconds since 1970, for `retry-after` dates of servers that do not tell their own time. */
  now?: () => number;
}

/**
 * OpenAI, DeepSeek, Qwen, Doubao, vLLM, Ollama and whatever else speaks Chat Completions; see `vendors.ts` for what
 * they differ in. https://platform.openai.com/docs/api-reference/chat
 */
export const createOpenAiAdapter = ({
  signingKey,
  randomByte,
  now = Date.now,
}: OpenAiAdapterOptions): ProviderAdapter => {
  const tokens = new ThinkingTokens(signingKey);

  const contextOf = (request: OutboundRequest, deployment: Deployment): Omit<AnswerContext, 'emit'> => {
    const { stop_sequences: stops, thinking } = request.tree();
    const vendor = vendorOf(deployment.provider);
    const hiddenPlace = vendor.replaysReasoning ? 'carried' : 'dropped';
    const given = new Set<string>();
    return {
      messageId: mintId('msg', randomByte),
      model: request.model,
      stopSequences: Array.isArray(stops) ? stops.filter((stop) => typeof stop === 'string') : [],
      seal: () => tokens.begin(vendor.name, hidesThinking(thinking) ? hiddenPlace : 'shown'),
      callerId: (upstreamId) => {
        const id = upstreamId === '' ? '' : callerToolId(upstreamId);
        const unique = id === '' || given.has(id) ? mintId('toolu', randomByte) : id;
        given.add(unique);
        return unique;
      },
    };
  };

  return {
    kind: 'openai',

    encode: (request, deployment): UpstreamRequest => {
      const { provider, credential } = deployment;
      const ignored = new Set<string>();
      const vendor = vendorOf(provider);
      const model = deployment.model ?? request.model;
      const encoding = { vendor, model, limits: limitsOf(vendor.models, model), tokens, ignored };
      const body = Buffer.from(JSON.stringify(encodeRequest(request, encoding)));
      return {
        method: 'POST',
        url: `${provider.baseUrl}/chat/completions`,
        headers: {
          authorization: `Bearer ${credential.apiKey}`,
          'content-type': 'application/json',
          accept: request.stream ? 'text/event-stream' : 'application/json',
          'accept-encoding': 'identity', // compressed streams come in lumps
          'user-agent': 'switchyard',
        },
        body,
        ignored: [...ignored],
      };
    },

    readWhole: (body, request, deployment) => readWhole(body, contextOf(request, deployment)),

    readStream: (request, deployment) => new ChatStreamReader(contextOf(request, deployment)),

    explain: (status, headers, body) => explainAnswer(status, headers, body, now),

    readLimits: (headers) => readLimits(headers, now),

    answerLocally: (request) => (request.endpoint === 'count_tokens' ? estimateTokens(request) : undefined),
  };
};
