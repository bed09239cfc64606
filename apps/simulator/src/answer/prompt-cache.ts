import { hash } from 'node:crypto';
import { BoundedMap } from '../bounded-map.js';
import type { PromptSection } from './prompt.js';

/** What a prompt cost, in disjoint buckets. */
export interface PromptUsage {
  input: number;
  read: number;
  write5m: number;
  write1h: number;
}

const LIFETIME_MS = { '5m': 300_000, '1h': 3_600_000 };

interface Boundary {
  key: string;
  tokens: number;
  cache: '5m' | '1h' | undefined;
}

/**
 * Remembers prefixes of prompts, apart for each credential and model, as long as their lifetime says.
 * Unlike the real cache it has no minimum length, so that tests need no long prompts.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export class PromptCache {
  /** Milliseconds at which each prefix is forgotten. */
  readonly #prefixes = new BoundedMap<string, number>(50_000);

  /**
   * The prefix up to the last marked section is read as far as it is known, and written where it is not.
   * `owner` is whatever caches must not be shared across. `now` in milliseconds.
   */
  account(owner: string, sections: readonly PromptSection[], now: number): PromptUsage {
    const boundaries = this.#boundaries(owner, sections);
    const marked = boundaries.findLastIndex((boundary) => boundary.cache !== undefined);
    const known = boundaries.findLastIndex(({ key }, at) => at <= marked && (this.#prefixes.get(key) ?? 0) > now);
    const usage = { input: 0, read: 0, write5m: 0, write1h: 0 };
    let unwritten = 0;
    boundaries.forEach(({ key, tokens, cache }, at) => {
      if (at <= known) usage.read += tokens;
      else if (at > marked) usage.input += tokens;
      else unwritten += tokens;
      if (!cache) return;
      this.#prefixes.set(key, now + LIFETIME_MS[cache]);
      usage[cache === '1h' ? 'write1h' : 'write5m'] += unwritten;
      unwritten = 0;
    });
    return usage;
  }

  #boundaries(owner: string, sections: readonly PromptSection[]): Boundary[] {
    let key = owner;
    return sections.map(({ text, tokens, cache }) => {
      key = hash('sha1', `${key}\n${text}`);
      return { key, tokens, cache };
    });
  }

  clear(): void {
    this.#prefixes.clear();
  }
}
