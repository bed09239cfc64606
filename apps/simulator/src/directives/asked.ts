import { BoundedMap } from '../bounded-map.js';
import { type Directives, parseDirectives } from './directives.js';

/** Directives and the text they were read from, which is what `times` and `every` count by. */
export interface Asked {
  text: string;
  directives: Directives;
}

/** Everything of one call that may carry directives, from the weakest to the strongest. */
export interface DirectiveSources {
  behaviour: string;
  credential: string | null;
  model: string | null;
  header: string | undefined;
}

const afterAt = (name: string | null): string => {
  const at = name?.indexOf('@') ?? -1;
  return name === null || at < 0 ? '' : name.slice(at + 1);
};

/**
 * Gathers a call's directives: the simulator's own behaviour, then what follows `@` in the credential and in the
 * model's name, then the `x-simulator` header. What was read once is remembered, since a load test asks the same a
 * million times.
 */
export class DirectiveReader {
  readonly #known = new BoundedMap<string, Asked>(1000);

  /** Throws `DirectiveError`. */
  read(sources: DirectiveSources): Asked {
    const text = [sources.behaviour, afterAt(sources.credential), afterAt(sources.model), sources.header ?? '']
      .filter((part) => part !== '')
      .join(';');
    const known = this.#known.get(text);
    if (known) return known;
    const asked = { text, directives: parseDirectives(text) };
    this.#known.set(text, asked);
    return asked;
  }
}
