import { createHash } from 'node:crypto';

const OURS = 'swyid_';
const LONGEST = 64;
const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/;

const hashed = (prefix: string, id: string): string =>
  prefix + createHash('sha256').update(id).digest('base64url').slice(0, 32);

const disguise = (id: string): string => OURS + Buffer.from(id).toString('base64url');

/**
 * An upstream's tool call id as the Messages wire allows it: `[a-zA-Z0-9_-]`, at most 64 characters.
 * Legal ids stay; others (`functions.read:0`) are wrapped so that `upstreamToolId` can unwrap them; what is too long
 * even for that is replaced by its hash, which both sides then use from here on.
 */
export const callerToolId = (id: string): string => {
  if (LEGAL.test(id) && !id.startsWith(OURS)) return id;
  const wrapped = disguise(id);
  return wrapped.length <= LONGEST ? wrapped : hashed('swyh_', id);
};

/** The id to send upstream for one that a caller replays: unwrapped if we wrapped it, and never above `longest`. */
export const upstreamToolId = (id: string, longest: number): string => {
  const unwrapped = id.startsWith(OURS) ? Buffer.from(id.slice(OURS.length), 'base64url').toString() : id;
  const original = unwrapped !== '' && disguise(unwrapped) === id ? unwrapped : id;
  return original.length <= longest ? original : hashed('call_', id);
};
