import { describe, expect, it } from '@jest/globals';
import { VENDOR_NAMES, vendorOf } from './vendors.js';

describe('the vendor of a provider', () => {
  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://eu.api.openai.com/v1', 'openai'],
    ['https://api.deepseek.com/v1', 'deepseek'],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'qwen'],
    ['https://ark.cn-beijing.volces.com/api/v3', 'doubao'],
    ['http://127.0.0.1:11434/v1', 'ollama'],
    ['http://127.0.0.1:8000/v1', 'compatible'],
    ['https://notapi.openai.com.evil.example/v1', 'compatible'],
    ['https://xapi.deepseek.com/v1', 'compatible'],
    ['nonsense', 'compatible'],
  ])('%s is %s', (baseUrl, name) => {
    expect(vendorOf({ baseUrl }).name).toBe(name);
  });

  it('has one of the names that the configuration knows', () => {
    expect(VENDOR_NAMES).toEqual(['openai', 'deepseek', 'qwen', 'doubao', 'vllm', 'ollama', 'compatible']);
  });

  it('is the one that the configuration names', () => {
    for (const vendor of VENDOR_NAMES)
      expect(vendorOf({ vendor, baseUrl: 'https://api.openai.com/v1' }).name).toBe(vendor);
  });
});
