import { describe, expect, it } from '@jest/globals';
import { VENDORS } from '#core';
import { vendorOf } from './vendors.js';

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

  it.each(VENDORS)('is the one that the configuration names: %s', (vendor) => {
    expect(vendorOf({ vendor, baseUrl: 'https://api.openai.com/v1' }).name).toBe(vendor);
  });
});
