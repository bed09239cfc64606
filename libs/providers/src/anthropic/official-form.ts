import {
  type Edit,
  findMember,
  forEachElement,
  memberRemovals,
  type Member,
  moveEdits,
  replaceValue,
  scanTopLevel,
} from '#core';
import { fieldsOf, parseJson } from '../shared/json-value.js';

/**
 * Services that are compatible with the Messages API depart from it in small things that its clients then trip over.
 * The edits here put those right in place; an answer in the official form has none.
 */

/** The edits of one value, as offsets into its own bytes. */
type Editor = (value: Buffer) => readonly Edit[];

const OPEN_OBJECT = 0x7b;
const CONTENT_FILTER = Buffer.from('"content_filter"');
const REFUSAL = Buffer.from('"refusal"');
const CACHE_CONTROL = Buffer.from('"cache_control"');

const insertion = (at: number, text: string): Edit => ({ start: at, end: at, bytes: Buffer.from(text) });

const within = (object: Buffer, member: Member | undefined, editor: Editor): Edit[] =>
  member ? moveEdits(editor(object.subarray(member.valueStart, member.valueEnd)), member.valueStart) : [];

const counter = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Counters that are there, but under a compatible service's names. */
const officialCounters = (usage: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const short = counter(usage.claude_cache_creation_5_m_tokens);
  const long = counter(usage.claude_cache_creation_1_h_tokens);
  const thinking = counter(usage.reasoning_tokens);
  const isSplit = short !== undefined || long !== undefined;
  return {
    cache_read_input_tokens: counter(usage.cache_read_tokens),
    cache_creation_input_tokens:
      counter(usage.cache_write_tokens) ?? (isSplit ? (short ?? 0) + (long ?? 0) : undefined),
    cache_creation: isSplit
      ? { ephemeral_5m_input_tokens: short ?? 0, ephemeral_1h_input_tokens: long ?? 0 }
      : undefined,
    output_tokens_details: thinking === undefined ? undefined : { thinking_tokens: thinking },
  };
};

/** What the names of compatible services have in them, and the official ones have not. */
const COMPATIBLE = ['cache_read_tokens', 'cache_write_tokens', 'claude_cache', 'reasoning_tokens'].map((name) =>
  Buffer.from(name),
);

const editUsage: Editor = (value) => {
  if (!COMPATIBLE.some((name) => value.includes(name))) return [];
  const usage = fieldsOf(parseJson(value.toString()));
  const missing = Object.entries(officialCounters(usage))
    .filter(([name, count]) => count !== undefined && (usage[name] ?? undefined) === undefined)
    .map(([name, count]) => `,"${name}":${JSON.stringify(count)}`);
  // Behind the others, because of two members of one name the last counts, and the first may be null.
  return missing.length === 0 ? [] : [insertion(value.length - 1, missing.join(''))];
};

/** `stop_reason` and the `stop_sequence` that always goes with it. */
const editStop = (object: Buffer, reason: Member | undefined, sequence: Member | undefined): Edit[] => {
  if (!reason) return [];
  const isFilter = CONTENT_FILTER.equals(object.subarray(reason.valueStart, reason.valueEnd));
  const refusal = isFilter ? [replaceValue(reason, REFUSAL)] : [];
  return sequence ? refusal : [...refusal, insertion(reason.valueEnd, ',"stop_sequence":null')];
};

/** Clients send blocks back as they got them, and the API refuses a `cache_control` that is empty. */
const editBlock: Editor = (block) =>
  block[0] === OPEN_OBJECT && block.includes(CACHE_CONTROL)
    ? memberRemovals(
        scanTopLevel(block, { maxDepth: Infinity, maxMembers: Infinity }),
        ({ key }) => key === 'cache_control',
      )
    : [];

const editContent: Editor = (content) => {
  const edits: Edit[] = [];
  if (content.includes(CACHE_CONTROL))
    forEachElement(content, (start, end) => edits.push(...moveEdits(editBlock(content.subarray(start, end)), start)));
  return edits;
};

/** The edits of a message whose members `find` knows. */
export const editMessage = (message: Buffer, find: (key: string) => Member | undefined): Edit[] => [
  ...editStop(message, find('stop_reason'), find('stop_sequence')),
  ...within(message, find('content'), editContent),
  ...within(message, find('usage'), editUsage),
];

const EVENT_EDITORS: ReadonlyMap<string, Editor> = new Map<string, Editor>([
  [
    'message_start',
    (event) =>
      within(event, findMember(event, 'message'), (message) => editMessage(message, (key) => findMember(message, key))),
  ],
  ['content_block_start', (event) => within(event, findMember(event, 'content_block'), editBlock)],
  [
    'message_delta',
    (event) => [
      ...within(event, findMember(event, 'delta'), (delta) =>
        editStop(delta, findMember(delta, 'stop_reason'), findMember(delta, 'stop_sequence')),
      ),
      ...within(event, findMember(event, 'usage'), editUsage),
    ],
  ],
]);

/** Whether events of that type can depart from the official form. */
export const isEditable = (type: string): boolean => EVENT_EDITORS.has(type);

/** The edits of an event's data, which must be the JSON of an event of that type. */
export const editEvent = (type: string, data: Buffer): readonly Edit[] => EVENT_EDITORS.get(type)?.(data) ?? [];
