import { InvalidJson, type Member, scanTopLevel, type TopLevelScan } from '#core';
import { MAX_PARAMS_DEPTH } from './limits.js';
import { brokenRequest, extraInput, invalidRequest } from './refusals.js';

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;

/** https://platform.claude.com/docs/en/api/messages/batches/create */
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;
/** A character is at most `\uXXXX`, and two quotes go round them. */
const LONGEST_CUSTOM_ID = 6 * 64 + 2;

/** Two are allowed; a few more are read, so that the refusal can name one of them. */
const MAX_MEMBERS = 8;

/** One request of a batch. */
export interface BatchRequest {
  customId: string;
  /** A view into the request: the bytes as sent, known to be a JSON object and nothing more. */
  params: Buffer;
}

const scan = (request: Buffer, index: number): TopLevelScan => {
  try {
    return scanTopLevel(request, { maxDepth: MAX_PARAMS_DEPTH + 1, maxMembers: MAX_MEMBERS });
  } catch (error) {
    throw error instanceof InvalidJson ? brokenRequest(index, error) : error;
  }
};

const readCustomId = (request: Buffer, { valueStart, valueEnd }: Member, index: number): string => {
  const path = `requests.${index}.custom_id`;
  if (request[valueStart] !== QUOTE) throw invalidRequest(`${path}: Input should be a valid string`);
  if (valueEnd - valueStart <= LONGEST_CUSTOM_ID) {
    const customId: string = JSON.parse(request.toString('utf8', valueStart, valueEnd));
    if (CUSTOM_ID.test(customId)) return customId;
  }
  throw invalidRequest(`${path}: String should match pattern '${CUSTOM_ID.source}'`);
};

/**
 * Reads one element of `requests`: JSON, not too deep, with exactly a `custom_id` and `params`. What is in `params` is
 * judged when it is run. `index` is for the words of the `ApiError` that this throws.
 */
export const readRequest = (request: Buffer, index: number): BatchRequest => {
  const found = new Map<string, Member>();
  for (const member of scan(request, index).members) {
    const { key } = member;
    if (key !== 'custom_id' && key !== 'params') throw extraInput(`requests.${index}.`, key);
    if (found.has(key)) throw invalidRequest(`requests.${index}.${key}: Field given more than once`);
    found.set(key, member);
  }
  const id = found.get('custom_id');
  const params = found.get('params');
  if (!id) throw invalidRequest(`requests.${index}.custom_id: Field required`);
  const customId = readCustomId(request, id, index);
  if (!params) throw invalidRequest(`requests.${index}.params: Field required`);
  if (request[params.valueStart] !== OPEN_OBJECT) {
    throw invalidRequest(`requests.${index}.params: Input should be a valid dictionary`);
  }
  return { customId, params: request.subarray(params.valueStart, params.valueEnd) };
};
