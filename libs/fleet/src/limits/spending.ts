import { type Amounts, amounts } from './amounts.js';

/** What was spent so long ago counts for about a third. */
const MEMORY_MS = 2000;

/** Roughly what was spent in the last two seconds, which is what the next two are likely to need. */
export class Spending {
  private spent = amounts(() => 0);
  private at = 0;

  add(used: Amounts, now: number): void {
    const recent = this.recent(now);
    this.spent = amounts((rate) => recent[rate] + used[rate]);
    this.at = now;
  }

  recent(now: number): Amounts {
    const kept = Math.exp(-Math.max(0, now - this.at) / MEMORY_MS);
    return amounts((rate) => this.spent[rate] * kept);
  }
}
