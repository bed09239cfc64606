import { createHash } from 'node:crypto';
import type { OutboundRequest } from '#core';
import { encodeReasoning } from './encode-reasoning.js';
import { encodeSampling } from './encode-sampling.js';
import { encodeTools } from './encode-tools.js';
import { encodeTurns } from './encode-turns.js';
import { ignoreHints, type Encoding } from './encoding.js';
import type { ChatRequest } from './openai.wire.js';
import { RequestField, UNSUPPORTED } from './request-field.js';
import { isStrictSchema } from './strict-schema.js';

const CARRIED = [
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'tools',
  'tool_choice',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'speed',
  'context_management',
];

/** Without these the answer is the same; they go on the ignored list. */
const HINTS = ['cache_control', 'diagnostics', 'tags'];

/** These change what the answer is, who pays or where it is computed: without them it would be another answer. */
const REFUSED = [
  'container',
  'mcp_servers',
  'fallbacks',
  'fallback_credit_token',
  'compaction',
  'thread',
  'inference_geo',
  'billing_policy',
  'safeguards',
];

/** A Messages request as a chat completion request. Throws a 400 `ApiError` that names what cannot be said. */
export const encodeRequest = (outbound: OutboundRequest, encoding: Encoding): ChatRequest => {
  const request = new RequestField(outbound.tree());
  request.only(...CARRIED, ...HINTS, ...REFUSED);
  for (const name of REFUSED) if (request.get(name).asked) request.get(name).refuse(UNSUPPORTED);
  ignoreHints(encoding, request, ...HINTS);
  encodeContextManagement(request.get('context_management'), encoding);
  const messages = encodeTurns(request, encoding);
  const tools = encodeTools(request, encoding);
  const reasoning = encodeReasoning(request, encoding, tools.tools !== undefined);
  const sampling = { version: outbound.version, effort: reasoning.reasoning_effort };
  return {
    model: encoding.model,
    [encoding.vendor.maxTokens]: request.get('max_tokens').integer(1),
    messages,
    ...tools,
    ...encodeStops(request.get('stop_sequences'), encoding),
    ...encodeSampling(request, sampling, encoding),
    ...reasoning,
    ...encodeFormat(request, encoding),
    ...encodeUser(request.get('metadata'), encoding),
    ...encodeTier(request, encoding),
    ...(outbound.stream && { stream: true, stream_options: { include_usage: true } }),
  };
};

/**
 * Edits that clear old tool results or thinking only save tokens, and Claude Code sends them with every call and does
 * not recover from a refusal; so they count as hints. Any other edit changes what the answer looks like.
 */
const encodeContextManagement = (management: RequestField, { ignored }: Encoding): void => {
  if (!management.present) return;
  management.only('edits');
  const edits = management.get('edits');
  if (!edits.asked) return;
  for (const edit of edits.list()) {
    if (!edit.get('type').text().startsWith('clear_')) edit.get('type').refuse(UNSUPPORTED);
  }
  ignored.add('context_management');
};

const encodeStops = (stops: RequestField, { vendor, limits }: Encoding): { stop?: string[] } => {
  if (!stops.present) return {};
  const texts = stops.list().map((stop) => {
    if (stop.text().trim() === '') stop.refuse('each stop sequence must contain non-whitespace');
    return stop.text();
  });
  if (texts.length > vendor.stopLimit) {
    stops.refuse(`List should have at most ${vendor.stopLimit} items, which is what the provider of this model takes`);
  }
  if (texts.length === 0) return {};
  return limits.stops ? { stop: texts } : stops.refuse(UNSUPPORTED);
};

/**
 * The Messages wire allows more schemas here than OpenAI takes as `strict`. Such a one is shown to the model all the
 * same, and listed, because nothing holds the answer to it any more.
 */
const encodeFormat = (request: RequestField, encoding: Encoding): Record<string, unknown> => {
  const config = request.get('output_config');
  if (config.present) {
    config.only('effort', 'format', 'task_budget');
    ignoreHints(encoding, config, 'task_budget');
  }
  const older = request.get('output_format');
  const newer = config.present ? config.get('format') : config;
  const format = newer.present ? newer : older;
  if (!format.present) return {};
  if (newer.present && older.present) older.refuse('may not be given together with output_config.format');
  // Claude Code matches these very words and asks again without the format.
  const { schemas } = encoding.vendor;
  if (schemas === 'none') format.refuse('Extra inputs are not permitted');
  format.only('type', 'schema');
  format.get('type').oneOf(['json_schema']);
  const schema = format.get('schema').record();
  const strict = schemas === 'any' || isStrictSchema(schema);
  if (!strict) encoding.ignored.add(format.path);
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict } } };
};

const LONGEST_USER = 64;

const encodeUser = (metadata: RequestField, { vendor, ignored }: Encoding): Record<string, unknown> => {
  if (!metadata.present) return {};
  metadata.only('user_id');
  if (!metadata.get('user_id').present) return {};
  const user = metadata.get('user_id').text();
  if (vendor.user) {
    return { [vendor.user]: user.length <= LONGEST_USER ? user : createHash('sha256').update(user).digest('hex') };
  }
  ignored.add('metadata.user_id');
  return {};
};

const encodeTier = (request: RequestField, { vendor }: Encoding): { service_tier?: 'default' } => {
  const speed = request.get('speed');
  if (speed.present && speed.oneOf(['standard', 'fast']) === 'fast') speed.refuse(UNSUPPORTED);
  const tier = request.get('service_tier');
  const standard = tier.present && tier.oneOf(['auto', 'standard_only']) === 'standard_only';
  // Where there are no tiers, standard is all there is.
  return standard && vendor.serviceTier ? { service_tier: 'default' } : {};
};
