import { hash } from 'node:crypto';
import { endOfElement, findMember, InvalidJson, type OutboundRequest, type Route } from '#core';
import { MARKER, withoutMarkers } from './cache-markers.js';
import type { IncomingHeaders } from './upstream-headers.js';

/** Whose conversation it is, and what is to keep it together. */
export interface Conversation {
  route: Pick<Route, 'name' | 'affinity'>;
  workspace: string;
  /** The caller's, lower case. */
  headers: IncomingHeaders;
}

/** Caches begin at 1,024 tokens (some models at 512), which is 4 KB. */
const SMALLEST_CACHED = 4_096;

/**
 * As much of the tools, of the system prompt and of the first turn counts: 8,000 tokens of each. Whoever agrees in so much shares a
 * cache worth having, and the time stays bounded: 3 µs for a small request, 100 µs where all three are longer.
 */
const COUNTED = 32_768;

/** Room for the markers in what counts: at most four, and nobody writes one of a hundred bytes. */
const MARKERS = 512;

const NOTHING = Buffer.alloc(0);

const valueOf = ({ body, scan }: OutboundRequest, key: string): Buffer => {
  const member = scan.last(key);
  return member
    ? body.subarray(member.valueStart, Math.min(member.valueEnd, member.valueStart + COUNTED + MARKERS))
    : NOTHING;
};

const isUserTurn = (turn: Buffer): boolean => {
  const role = findMember(turn, 'role');
  return role !== undefined && turn.toString('latin1', role.valueStart, role.valueEnd) === '"user"';
};

/** The turns up to the first of the user's. What is too long to be seen whole is the first turn, or as good as it. */
const opening = (messages: Buffer): Buffer => {
  try {
    return messages.subarray(0, endOfElement(messages, isUserTurn));
  } catch (error) {
    if (error instanceof InvalidJson) return messages;
    throw error;
  }
};

/** `content` comes after nothing but the role, so its first mention is the turn's own. */
const contentOf = (turns: Buffer): Buffer => {
  const [prefix] = /^[^]*?"content"\s*:\s*/.exec(turns.toString('latin1', 0, 256)) ?? [''];
  return turns.subarray(prefix.length);
};

const ONE_TEXT = /^\[\s*\{\s*"type"\s*:\s*"text"\s*,\s*"text"\s*:\s*/;
const CLOSERS = new Set(Buffer.from(' \n\r\t}]'));

/**
 * Content in one form: without `cache_control`, and a string like the one block of text into which clients turn it when they
 * have a marker to put on it.
 */
const canonical = (content: Buffer): Buffer => {
  if (content.length === 0) return content;
  const bare = withoutMarkers(content);
  const [frame] = ONE_TEXT.exec(bare.toString('latin1', 0, 64)) ?? [''];
  const counted = bare.subarray(frame.length, frame.length + COUNTED);
  let end = counted.length;
  while (CLOSERS.has(counted[end - 1] ?? 0)) end--;
  return counted.subarray(0, end);
};

/**
 * What the conversation begins with, which every later turn of it repeats.
 *
 * The cut is the end of the first user turn wherever its `cache_control` stands. Markers move: clients mark the end of the last
 * turn or two, as they are told to, so that the mark on the first turn is gone by the third. A cut at the mark would send the
 * conversation to another cache just when it has one. The end of the turn is the same in all of them, and is where the mark
 * stood at first.
 */
const prefixKey = (request: OutboundRequest, { route, workspace }: Conversation): string => {
  const tools = canonical(valueOf(request, 'tools'));
  const system = canonical(valueOf(request, 'system'));
  const turn = canonical(contentOf(opening(valueOf(request, 'messages'))));
  // The lengths keep the end of one part from passing for the beginning of the next.
  const head = Buffer.from(`${workspace}\0${route.name}\0${tools.length} ${system.length}\0`);
  return hash('sha256', Buffer.concat([head, tools, system, turn]), 'base64url');
};

/** Of the whole prompt, because it is cached as it grows: a conversation that has a key once keeps it. */
const isTooSmall = (body: Buffer): boolean => body.length < SMALLEST_CACHED && !body.includes(MARKER);

/**
 * What keeps a conversation on the upstream whose prompt cache knows it: the value of the header that the route names, else a
 * digest of what the conversation begins with. Undefined where nothing would be gained. Made anew at each call.
 */
export const affinityKey = (request: OutboundRequest, conversation: Conversation): string | undefined => {
  const { affinity } = conversation.route;
  // Counting tokens reads no cache.
  if (affinity.by === 'none' || request.endpoint !== 'messages') return undefined;
  const told = affinity.by === 'header' ? conversation.headers[affinity.header] : undefined;
  if (told !== undefined && told.length > 0) return String(told);
  return isTooSmall(request.body) ? undefined : prefixKey(request, conversation);
};
