import { decodeKey, type Member } from './json-scan.js';
import { walkChildren } from './json-walk.js';

/**
 * Looking deeper than the top level, for the few requests and answers that are edited there. Both take a text that has
 * been scanned already, or a part of one that holds a whole value; a part that is no object, or no array, has no children.
 */

const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;

/** The last member of that name in an object; the offsets are those of `object`. */
export const findMember = (object: Buffer, key: string): Member | undefined => {
  let found: Member | undefined;
  if (object[0] !== OPEN_OBJECT) return found;
  walkChildren(object, 0, Infinity, (keyStart, valueStart, valueEnd) => {
    if (decodeKey(object, keyStart, valueStart) === key) found = { key, keyStart, valueStart, valueEnd };
  });
  return found;
};

/** Calls `visit` with the range of each element of an array, in order; the offsets are those of `array`. */
export const forEachElement = (array: Buffer, visit: (start: number, end: number) => void): void => {
  if (array[0] !== OPEN_ARRAY) return;
  walkChildren(array, 0, Infinity, (start, _, end) => {
    visit(start, end);
  });
};

/**
 * The offset behind the first element of an array that `isIt` is true of; undefined when there is none. Looks no further, so
 * that a text cut off behind that element will do; throws `InvalidJson` where it is cut off before.
 */
export const endOfElement = (array: Buffer, isIt: (element: Buffer) => boolean): number | undefined => {
  let found: number | undefined;
  if (array[0] !== OPEN_ARRAY) return found;
  walkChildren(array, 0, Infinity, (start, _, end) => {
    if (isIt(array.subarray(start, end))) found = end;
    return found === undefined;
  });
  return found;
};
