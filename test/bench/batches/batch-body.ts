import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Lines that differ by their `custom_id` only. */
export interface BatchBody {
  lines: number;
  /** JSON of the `params` of each. */
  params: string;
}

/** In bytes: about what a client hands its socket at a time. */
const PIECE = 256 * 1024;

const HEAD = '{"requests":[';
const TAIL = ']}';

const lineOf = (index: number, params: string): string =>
  `${index === 0 ? '' : ','}{"custom_id":"line-${String(index).padStart(7, '0')}","params":${params}}`;

export const bytesOf = ({ lines, params }: BatchBody): number =>
  HEAD.length + lines * Buffer.byteLength(lineOf(1, params)) - 1 + TAIL.length;

/** Writes the body and ends the stream. A large one never exists as a whole. */
export const writeBody = async ({ lines, params }: BatchBody, to: Writable): Promise<void> => {
  let piece = HEAD;
  for (let index = 0; index < lines; index++) {
    piece += lineOf(index, params);
    if (piece.length < PIECE) continue;
    if (!to.write(piece)) await once(to, 'drain');
    piece = '';
  }
  to.end(piece + TAIL);
};

/** Of so many bytes a line, when they are asked for one by one. */
export const paddedParams = (model: string, bytes: number): string => {
  const params = (text: string): string =>
    JSON.stringify({ model, max_tokens: 64, messages: [{ role: 'user', content: text }] });
  return params('x'.repeat(Math.max(1, bytes - Buffer.byteLength(lineOf(1, params(''))))));
};
