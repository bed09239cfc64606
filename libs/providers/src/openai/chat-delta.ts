import { countOf, fieldsOf, recordOf, textOf } from '../shared/json-value.js';

/** A piece of a tool call, as far as the server says which call it belongs to. */
export interface CallPiece {
  kind: 'call';
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

export type Piece = { kind: 'thinking' | 'text' | 'refusal'; text: string } | CallPiece;

/**
 * What a `delta` — or a whole `message`, which has the same members — adds to the answer, in the order of the answer:
 * reasoning, text, refusal, calls. Accepts the spellings of every vendor and skips what is not text or a call.
 */
export const readDelta = (delta: Record<string, unknown>, whole: boolean): Piece[] => {
  const reasoning = textOf(delta.reasoning_content) || textOf(delta.reasoning); // vLLM sends both, with the same text
  return [
    ...textPiece('thinking', reasoning),
    ...readContent(delta.content),
    ...textPiece('refusal', textOf(delta.refusal)),
    ...readCalls(delta, whole),
  ];
};

const textPiece = (kind: 'thinking' | 'text' | 'refusal', text: string): Piece[] =>
  text === '' ? [] : [{ kind, text }];

const readContent = (content: unknown): Piece[] => {
  if (!Array.isArray(content)) return textPiece('text', textOf(content));
  return (content as unknown[]).flatMap((part): Piece[] => {
    const { type, text, refusal, thinking } = fieldsOf(part);
    if (type === 'text') return textPiece('text', textOf(text));
    if (type === 'refusal') return textPiece('refusal', textOf(refusal));
    if (type !== 'thinking') return [];
    // Mistral puts the reasoning into the content, as a list of texts.
    const thoughts = readContent(thinking).flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []));
    return textPiece('thinking', thoughts.join(''));
  });
};

const readCalls = (delta: Record<string, unknown>, whole: boolean): Piece[] => {
  const calls: unknown[] = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
  const legacy = recordOf(delta.function_call);
  const pieces = calls.flatMap((item, position): Piece[] => {
    const call = recordOf(item);
    if (!call) return [];
    // Without an index, the place in a list of several is as good as one; a list of one says nothing.
    const index = countOf(call.index) ?? (whole || calls.length > 1 ? position : undefined);
    return [callPiece(index, textOf(call.id), fieldsOf(call.function))];
  });
  return legacy ? [...pieces, callPiece(undefined, '', legacy)] : pieces;
};

const callPiece = (index: number | undefined, id: string, called: Record<string, unknown>): Piece => ({
  kind: 'call',
  index,
  id,
  name: textOf(called.name),
  arguments: recordOf(called.arguments) ? JSON.stringify(called.arguments) : textOf(called.arguments),
});
