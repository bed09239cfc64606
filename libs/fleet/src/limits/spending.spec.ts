import { describe, expect, it } from '@jest/globals';
import { needOf } from './amounts.js';
import { Spending } from './spending.js';

describe('what was spent of late', () => {
  const request = needOf({ inputTokens: 10, outputTokens: 0 });

  it('comes to two seconds’ worth at a steady pace', () => {
    const spending = new Spending();
    for (let at = 0; at <= 20_000; at += 100) spending.add(request, at);

    expect(spending.recent(20_000).requests).toBeGreaterThan(19);
    expect(spending.recent(20_000).requests).toBeLessThan(22);
  });

  it('is forgotten within seconds', () => {
    const spending = new Spending();
    spending.add(request, 0);

    expect(spending.recent(10_000).input).toBeLessThan(0.1);
  });
});
