/** A place in an answer at which something happens to it. */
export interface Position {
  /**
   * `head`: instead of an answer, before its status line. `bytes`: after that many bytes of the body, as they go over
   * the wire. `events`: after that many whole SSE events, pings included; a whole answer counts as one.
   */
  unit: 'head' | 'bytes' | 'events';
  count: number;
}

/** The default of `at`: after the headers, before anything else. */
export const START: Position = { unit: 'events', count: 0 };

const UNITS: Readonly<Record<string, Position['unit']>> = { b: 'bytes', e: 'events' };

/** Reads `120`, `120b` or `3e`; a number alone has the unit that is usual for the directive. Undefined when it is neither. */
export const readPosition = (text: string, usual: Position['unit']): Position | undefined => {
  const found = /^(\d+)([be]?)$/.exec(text);
  if (!found) return undefined;
  return { unit: UNITS[found[2] ?? ''] ?? usual, count: Number(found[1]) };
};
