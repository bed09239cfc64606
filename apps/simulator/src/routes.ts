import type { IncomingHttpHeaders } from 'node:http';
import { anthropicWire } from './anthropic/anthropic-wire.js';
import type { ApiRoute } from './call.js';
import { openaiWire } from './openai/openai-wire.js';

/** The path of a URL without its query, which never decides anything here. */
export const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

const CALLS: Readonly<Record<string, ApiRoute>> = {
  'POST /v1/messages': { wire: anthropicWire, operation: 'messages', named: null },
  'POST /v1/messages/count_tokens': { wire: anthropicWire, operation: 'count_tokens', named: null },
  'POST /v1/chat/completions': { wire: openaiWire, operation: 'messages', named: null },
  'POST /chat/completions': { wire: openaiWire, operation: 'messages', named: null },
};

const MODELS = /^(?:\/v1)?\/models(?:\/(.+))?$/;

/** Both APIs list their models at one path; only callers of the Messages API send one of these. */
const listsFor = (headers: IncomingHttpHeaders) =>
  headers['anthropic-version'] !== undefined || headers['x-api-key'] !== undefined ? anthropicWire : openaiWire;

/** The API call at a path, or undefined when there is none. */
export const routeOf = (method: string, path: string, headers: IncomingHttpHeaders): ApiRoute | undefined => {
  const call = CALLS[`${method} ${path}`];
  if (call || method !== 'GET') return call;
  const models = MODELS.exec(path);
  if (!models) return undefined;
  return { wire: listsFor(headers), operation: 'models', named: models[1] ? decodePath(models[1]) : null };
};

/** What is not percent-encoded text names no model, so it may stay as it is. */
const decodePath = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
