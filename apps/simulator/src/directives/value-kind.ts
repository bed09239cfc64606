import { type Position, readPosition } from './position.js';

/** How the text after a directive's `=` is read. */
export interface ValueKind<T> {
  /** The text is percent-decoded; undefined when the directive stood alone. Returns undefined for what it cannot read. */
  read(text: string | undefined): T | undefined;
  /** What would be right, for the message about what is wrong. */
  wanted: string;
}

export const flag: ValueKind<true> = {
  read: (text) => (text === undefined ? true : undefined),
  wanted: 'no value',
};

export const wholeNumber: ValueKind<number> = {
  read: (text) => (text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined),
  wanted: 'a whole number',
};

export const words: ValueKind<string> = {
  read: (text) => text,
  wanted: 'a text',
};

export const oneOf = <T extends string>(...choices: readonly T[]): ValueKind<T> => ({
  read: (text) => choices.find((choice) => choice === text),
  wanted: `one of ${choices.join(', ')}`,
});

/** A number, or `off` which counts as none. */
export const numberOrOff: ValueKind<number> = {
  read: (text) => (text === 'off' ? 0 : wholeNumber.read(text)),
  wanted: 'a whole number or off',
};

/** One header to set, or to leave out when nothing follows the colon. A list, because the directive may be repeated. */
export const headerField: ValueKind<readonly (readonly [name: string, value: string])[]> = {
  read: (text) => {
    const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([^\r\n\0]*)$/.exec(text ?? '');
    return found ? [[(found[1] ?? '').toLowerCase(), found[2] ?? '']] : undefined;
  },
  wanted: 'name:value',
};

/** A place after which the fault happens. */
export const position = (usual: 'bytes' | 'events'): ValueKind<Position> => ({
  read: (text) => (text === undefined ? undefined : readPosition(text, usual)),
  wanted: `a position such as 120b or 3e (a number alone means ${usual})`,
});

/** The same, where no value means that the fault takes the place of the whole answer. */
export const positionOrHead = (usual: 'bytes' | 'events'): ValueKind<Position> => ({
  read: (text) => (text === undefined ? { unit: 'head', count: 0 } : readPosition(text, usual)),
  wanted: `no value, or a position such as 120b or 3e (a number alone means ${usual})`,
});
