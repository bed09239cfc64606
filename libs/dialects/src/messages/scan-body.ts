import { type ApiError, InvalidJson, scanTopLevel, type TopLevelScan } from '#core';
import { invalidRequest } from './invalid-request.js';

/** Objects and arrays open at once. The API documents no figure; real requests stay below 30. */
const MAX_DEPTH = 128;
const MAX_FIELDS = 10_000;

/** Members that decide something here: one reader taking the first of two and another the last would be a hole. */
const SINGLE = ['model', 'messages', 'max_tokens', 'stream'];

const explained = (fault: InvalidJson): ApiError => {
  switch (fault.reason) {
    case 'empty':
      return invalidRequest('The request body is empty: send a JSON object.');
    case 'not-an-object':
      return invalidRequest('The request body must be a JSON object.');
    case 'depth':
      return invalidRequest(`The request body is nested deeper than ${MAX_DEPTH} levels.`);
    case 'members':
      return invalidRequest(`The request body has more than ${MAX_FIELDS} fields.`);
    case 'syntax':
      return invalidRequest(`The request body is not valid JSON: ${fault.message}.`);
  }
};

/** Where the fields of a request are. Throws the `ApiError` for a body that is no JSON object, or one that is ambiguous. */
export const scanBody = (body: Buffer): TopLevelScan => {
  let scan: TopLevelScan;
  try {
    scan = scanTopLevel(body, { maxDepth: MAX_DEPTH, maxMembers: MAX_FIELDS });
  } catch (error) {
    throw error instanceof InvalidJson ? explained(error) : error;
  }
  const seen = new Set<string>();
  for (const { key } of scan.members) {
    if (key === '__proto__') throw invalidRequest('__proto__: Extra inputs are not permitted');
    if (seen.has(key) && SINGLE.includes(key)) throw invalidRequest(`${key}: Field given more than once`);
    seen.add(key);
  }
  return scan;
};
