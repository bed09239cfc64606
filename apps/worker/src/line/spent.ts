import type { ModelEntry } from '#platform';
import type { Usage } from '#core';

type Prices = NonNullable<ModelEntry['prices']>;

/** The kinds of tokens that are summed up, which do not overlap, and the price of each. */
const KINDS: readonly [kind: string, of: keyof Usage, price: keyof Prices][] = [
  ['input', 'input', 'input'],
  ['output', 'output', 'output'],
  ['cache_read', 'cacheRead', 'cache_read'],
  ['cache_write_5m', 'cacheWrite5m', 'cache_write_5m'],
  ['cache_write_1h', 'cacheWrite1h', 'cache_write_1h'],
];

/** What the tries of one line have used: tokens by kind and, where the model has prices, `micro_usd`, millionths of a US$. */
export class Spent {
  private readonly sums: Record<string, number> = {};

  /** `prices` are in US$ per million tokens, so that a token costs as many millionths. */
  add(usage: Usage, prices: Prices | undefined): void {
    for (const [kind, of, price] of KINDS) {
      const tokens = usage[of];
      if (!tokens) continue;
      this.sum(kind, tokens);
      const each = prices?.[price];
      if (each) this.sum('micro_usd', tokens * each);
    }
  }

  get totals(): Readonly<Record<string, number>> {
    return this.sums;
  }

  private sum(kind: string, amount: number): void {
    this.sums[kind] = (this.sums[kind] ?? 0) + amount;
  }
}
