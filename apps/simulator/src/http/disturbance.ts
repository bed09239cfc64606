import type { Directives } from '../directives/directives.js';
import { type Position, START } from '../directives/position.js';

/** Something that befalls an answer at a place in it. The first four end it, the others let it go on. */
export type Disturbance =
  | { kind: 'cut' | 'reset' | 'end' | 'stall'; at: Position }
  | { kind: 'error-event'; at: Position; type: string; message: string }
  | { kind: 'garbage'; at: Position }
  | { kind: 'huge-line'; at: Position; bytes: number }
  | { kind: 'silence'; at: Position; ms: number };

const ENDINGS = ['cut', 'reset', 'end', 'stall'] as const;

/** What the directives have in store for an answer. */
export const disturbances = (directives: Directives): Disturbance[] => {
  const { at = START, garbage, message } = directives;
  const found: Disturbance[] = [];
  const { silence: ms, 'huge-line': bytes, 'error-event': type } = directives;
  if (ms !== undefined) found.push({ kind: 'silence', at, ms });
  if (bytes !== undefined) found.push({ kind: 'huge-line', at, bytes });
  if (garbage !== undefined) found.push({ kind: 'garbage', at: garbage });
  if (type !== undefined) found.push({ kind: 'error-event', at, type, message: message ?? 'Simulated error.' });
  for (const kind of ENDINGS) {
    const place = directives[kind];
    if (place !== undefined) found.push({ kind, at: place });
  }
  return found;
};
