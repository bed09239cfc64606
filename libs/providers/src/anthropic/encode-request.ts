import {
  applyEdits,
  type Deployment,
  type Edit,
  type OutboundRequest,
  replaceValue,
  type UpstreamRequest,
} from '#core';
import { foreignThinkingEdits } from './foreign-thinking.js';

const PATHS = { messages: '/v1/messages', count_tokens: '/v1/messages/count_tokens' } as const;

const modelEdits = ({ model, scan }: OutboundRequest, wanted: string | undefined): Edit[] => {
  const member = scan.last('model');
  if (wanted === undefined || wanted === model || !member) return [];
  return [replaceValue(member, Buffer.from(JSON.stringify(wanted)))];
};

/**
 * The request as it came in: the very same bytes, but for another model name and thinking that Claude would refuse.
 * Re-serialising would cost more than all the rest of a call, and would lose what JSON objects do not keep: the order
 * of keys like `"1"`, numbers of more than 53 bits, duplicates, all of which count for the prompt cache.
 */
export const encodeRequest = (request: OutboundRequest, deployment: Deployment): UpstreamRequest => {
  const thinking = foreignThinkingEdits(request.body, request.scan);
  const edits = [...modelEdits(request, deployment.model), ...thinking];
  return {
    method: 'POST',
    url: deployment.provider.baseUrl + PATHS[request.endpoint],
    headers: {
      ...request.headers,
      'content-type': 'application/json',
      'accept-encoding': 'identity', // compressed streams come in lumps, and could not be passed on unread
      'x-api-key': deployment.credential.apiKey,
    },
    body: edits.length === 0 ? request.body : applyEdits(request.body, edits),
    ignored: thinking.length === 0 ? [] : ['messages.thinking'],
  };
};
