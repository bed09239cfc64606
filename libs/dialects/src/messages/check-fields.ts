import type { ApiVersion, Endpoint } from '#core';
import type { Fields } from './fields.js';
import { invalidRequest } from './invalid-request.js';

const OPEN_ARRAY = 0x5b;
const MAX_MODEL_LENGTH = 256;
/** A character is at most `\uXXXX`, and two quotes go round them. */
const MAX_MODEL_BYTES = 6 * MAX_MODEL_LENGTH + 2;

/** https://platform.claude.com/docs/en/api/versioning */
const SAMPLING = ['temperature', 'top_p', 'top_k'];

const tooLong = () => invalidRequest(`model: String should have at most ${MAX_MODEL_LENGTH} characters`);

const readModel = (fields: Fields): string => {
  const member = fields.find('model');
  if (!member) throw invalidRequest('model: Field required');
  if (member.valueEnd - member.valueStart > MAX_MODEL_BYTES) throw tooLong();
  const model = fields.value('model');
  if (typeof model !== 'string') throw invalidRequest('model: Input should be a valid string');
  if (model === '') throw invalidRequest('model: String should have at least 1 character');
  if (model.length > MAX_MODEL_LENGTH) throw tooLong();
  return model;
};

const readMaxTokens = (fields: Fields): number => {
  if (!fields.find('max_tokens')) throw invalidRequest('max_tokens: Field required');
  const value = fields.value('max_tokens');
  if (!Number.isInteger(value)) throw invalidRequest('max_tokens: Input should be a valid integer');
  if (Number(value) < 0) throw invalidRequest('max_tokens: Input should be greater than or equal to 0');
  return Number(value);
};

const readStream = (fields: Fields): boolean => {
  const stream = fields.value('stream') ?? false;
  if (typeof stream !== 'boolean') throw invalidRequest('stream: Input should be a valid boolean');
  return stream;
};

/** What Switchyard itself has to know of a request. */
export interface Essentials {
  model: string;
  stream: boolean;
  maxTokens: number;
}

/**
 * Checks the fields that the router reads, and no other: the rest is the upstream's to judge, in words that clients know.
 * Throws `ApiError`.
 */
export const checkFields = (fields: Fields, endpoint: Endpoint, version: ApiVersion): Essentials => {
  const model = readModel(fields);
  if (!fields.find('messages')) throw invalidRequest('messages: Field required');
  if (fields.opening('messages') !== OPEN_ARRAY) throw invalidRequest('messages: Input should be a valid array');
  if (version === '2026-10-21') {
    const sampling = SAMPLING.find((name) => fields.find(name) && !fields.isNull(name));
    if (sampling !== undefined) throw invalidRequest(`${sampling}: Extra inputs are not permitted`);
  }
  if (endpoint === 'count_tokens') return { model, stream: false, maxTokens: 0 };
  return { model, maxTokens: readMaxTokens(fields), stream: readStream(fields) };
};
