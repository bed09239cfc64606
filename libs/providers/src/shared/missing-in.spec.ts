import { describe, expect, it } from '@jest/globals';
import { missingIn } from './missing-in.js';

describe('what an upstream misses', () => {
  it.each([
    ['model: claude-nope', 'model'],
    ['The model `x` does not exist or you do not have access to it.', 'model'],
    ['model "x" not found, try pulling it first', 'model'],
    ['models/gemini-x is not found for API version v1beta', 'model'],
    ['Publisher Model `projects/p/models/x` was not found', 'model'],
    ['The API deployment for this resource does not exist.', 'model'],
    ['No endpoints found for vendor/x.', 'model'],
    ['No endpoints found that support image input', 'other'],
    ['File not found: file_011', 'other'],
    ['File not found: model', 'other'],
    ['The file “model x” is not there', 'other'],
    ['Container model-1 has expired', 'other'],
    ['Not found', undefined],
    ['Not Found.', undefined],
  ])('%s: %s', (message, expected) => {
    expect(missingIn(404, { type: 'not_found_error', message })).toBe(expected);
    expect(missingIn(400, { type: 'not_found_error', message })).toBe(expected);
  });

  it('is nothing where nothing is missing', () => {
    expect(missingIn(400, { type: 'invalid_request_error', message: 'model: Field required' })).toBeUndefined();
  });
});
