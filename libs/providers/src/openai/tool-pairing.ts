import type { RequestField } from './request-field.js';

/** One or more turns of the same role in a row, which the API takes as one. */
export interface MergedTurn {
  role: 'user' | 'assistant' | 'system';
  /** The first of the turns. */
  field: RequestField;
  blocks: RequestField[];
}

const idsOf = (turn: MergedTurn | undefined, type: string, member: string): string[] =>
  (turn?.blocks ?? [])
    .filter((block) => block.get('type').value === type)
    .map((block) => block.labelled(type).get(member).text());

/**
 * Refuses calls without results and results without calls. The upstream would refuse them too, but in words that no
 * client of the Messages API knows how to repair.
 */
export const checkToolPairs = (turns: readonly MergedTurn[]): void => {
  turns.forEach((turn, index) => {
    const before = turns[index - 1];
    const calls = idsOf(turn, 'tool_use', 'id');
    const results = idsOf(turn, 'tool_result', 'tool_use_id');
    const asked = new Set(idsOf(before, 'tool_use', 'id'));
    const answered = new Set(idsOf(turns[index + 1], 'tool_result', 'tool_use_id'));
    const unanswered = calls.filter((id) => !answered.has(id));
    const unasked = results.filter((id) => !asked.has(id));
    if (unanswered.length > 0) {
      turn.field.refuse(
        `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${unanswered.join(', ')}. ` +
          'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
      );
    }
    if (unasked.length > 0) {
      turn.field.refuse(
        `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unasked.join(', ')}. ` +
          'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
      );
    }
    refuseRepeats(turn, '`tool_use` ids must be unique', calls);
    refuseRepeats(
      turn,
      'each tool_use must have a single result. Found multiple `tool_result` blocks with id',
      results,
    );
  });
};

const refuseRepeats = (turn: MergedTurn, complaint: string, ids: readonly string[]): void => {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) turn.field.refuse(`${complaint}: ${id}`);
    seen.add(id);
  }
};
