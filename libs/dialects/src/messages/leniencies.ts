import { type Edit, memberRemovals, replaceValue } from '#core';
import type { Fields } from './fields.js';

/** Fields that clients of compatible services set to null when they mean to leave them out. */
const NULLABLE = [
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'metadata',
  'system',
];

const FLAG = 'disable_parallel_tool_use';

/** The short forms of other chat APIs. Any other string is left for the upstream to refuse. */
const SHORT_CHOICES = new Map([
  ['auto', 'auto'],
  ['any', 'any'],
  ['none', 'none'],
  ['required', 'any'],
]);

type ToolChoice = Record<string, unknown>;

/** `tool_choice` as the object that the API knows; undefined for what cannot be meant as one. */
const choiceObject = (given: unknown): ToolChoice | undefined => {
  if (typeof given !== 'string') return typeof given === 'object' && !Array.isArray(given) ? { ...given } : undefined;
  const type = SHORT_CHOICES.get(given);
  return type === undefined ? undefined : { type };
};

const withFlag = (choice: ToolChoice): ToolChoice =>
  // `none` has no parallel calls to disable, and the API refuses the flag there.
  choice.type === 'none' ? choice : { [FLAG]: true, ...choice };

const toolChoiceEdit = (fields: Fields, choice: ToolChoice): Edit => {
  const text = JSON.stringify(choice);
  const member = fields.find('tool_choice');
  if (member && !fields.isNull('tool_choice')) return replaceValue(member, Buffer.from(text));
  const at = fields.find('model')?.valueEnd ?? 0;
  return { start: at, end: at, bytes: Buffer.from(`,"tool_choice":${text}`) };
};

/**
 * The edits that turn what clients of compatible services send into what the API accepts; none for a request that needs
 * none. Nothing else in the body changes by a byte. The request must have passed `checkFields`.
 */
export const leniencies = (fields: Fields): readonly Edit[] => {
  const dropped = new Set(NULLABLE.filter((name) => fields.isNull(name)));
  const flag = fields.value(FLAG) ?? false;
  const given = fields.value('tool_choice') ?? { type: 'auto' };
  const choice = choiceObject(given);
  const isUnderstood = choice !== undefined && typeof flag === 'boolean';
  if (isUnderstood) dropped.add(FLAG);

  const removals = memberRemovals(fields.scan, ({ key }) => dropped.has(key));
  if (isUnderstood && flag) return [...removals, toolChoiceEdit(fields, withFlag(choice))];
  if (isUnderstood && typeof given === 'string') return [...removals, toolChoiceEdit(fields, choice)];
  return removals;
};
