import { type Edit, findMember, forEachElement, moveEdits, Removals, type TopLevelScan } from '#core';
import { OUR_SIGNATURE_PREFIX } from '../shared/thinking-signature.js';

const MARK = Buffer.from(OUR_SIGNATURE_PREFIX);

const isForeign = (block: Buffer): boolean => {
  const signature = findMember(block, 'signature');
  // Behind the quote that opens the value.
  const start = (signature?.valueStart ?? 0) + 1;
  return signature !== undefined && MARK.equals(block.subarray(start, start + MARK.length));
};

const foreignBlocks = (content: Buffer): Removals => {
  const removals = new Removals();
  forEachElement(content, (start, end) => {
    if (isForeign(content.subarray(start, end))) removals.drop(start, end);
    else removals.keep(start, end);
  });
  return removals;
};

/** Takes the foreign blocks out of each turn, and turns out of the conversation that held nothing else. */
const editTurns = (turns: Buffer): Edit[] => {
  const removals = new Removals();
  const inner: Edit[] = [];
  forEachElement(turns, (start, end) => {
    const turn = turns.subarray(start, end);
    const content = turn.includes(MARK) ? findMember(turn, 'content') : undefined;
    const blocks = content && foreignBlocks(turn.subarray(content.valueStart, content.valueEnd));
    if (blocks?.leavesNothing) {
      removals.drop(start, end);
      return;
    }
    removals.keep(start, end);
    if (blocks) inner.push(...moveEdits(blocks.edits, start + content.valueStart));
  });
  return [...removals.edits, ...inner];
};

/**
 * The edits that take out thinking which other vendors' models did. A conversation gets such blocks when it is answered
 * here by one model and there by another.
 */
export const foreignThinkingEdits = (body: Buffer, scan: TopLevelScan): Edit[] => {
  const messages = scan.last('messages');
  if (!messages || !body.includes(MARK)) return [];
  return moveEdits(editTurns(body.subarray(messages.valueStart, messages.valueEnd)), messages.valueStart);
};
