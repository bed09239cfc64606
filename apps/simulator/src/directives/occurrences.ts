import { BoundedMap } from '../bounded-map.js';
import type { Asked } from './asked.js';
import { type Directives, withoutFaults } from './directives.js';

/** Counts calls by what they asked, so that a fault can be limited to some of them. */
export class Occurrences {
  readonly #counts = new BoundedMap<string, number>(10_000);

  /**
   * What holds for this call: all that was asked, or all but the faults once `times` calls have had them, or when this
   * is not one of every `every` calls.
   */
  next({ text, directives }: Asked): Directives {
    const { times, every } = directives;
    if (times === undefined && every === undefined) return directives;
    const count = (this.#counts.get(text) ?? 0) + 1;
    this.#counts.set(text, count);
    const strikes = count <= (times ?? Infinity) && count % (every || 1) === 0;
    return strikes ? directives : withoutFaults(directives);
  }

  clear(): void {
    this.#counts.clear();
  }
}
