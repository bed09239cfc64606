import { describe, expect, it } from '@jest/globals';
import { readMessagesRequest } from '#dialects';
import { checkBatchParams } from './batch-params.js';

const read = (more: object) => {
  const body = Buffer.from(
    JSON.stringify({ model: 'm', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }], ...more }),
  );
  return readMessagesRequest({ endpoint: 'messages', body, headers: {} });
};

describe('what a line of a batch may ask for', () => {
  it.each(['speed', 'fallbacks', 'thread'])('is not %s', (name) => {
    expect(() => checkBatchParams(read({ [name]: {} }))).toThrow(name);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])('is for upstreams to judge where it is called %s', (name) => {
    expect(() => checkBatchParams(read({ [name]: 1 }))).not.toThrow();
  });
});
