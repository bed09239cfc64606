import type { OutboundRequest, WholeAnswer } from '#core';
import { NO_USAGE } from '#core';
import { estimateTokenCount } from 'tokenx';
import { RequestField } from './request-field.js';

/** Tokens of one image: what Claude charges for the largest that it does not scale down. */
const IMAGE_TOKENS = 1_600;
/** Tokens of one page of a PDF, and the base64 characters that we take for a page. Both are rules of thumb. */
const PAGE_TOKENS = 2_000;
const PAGE_CHARS = 60_000;
/** Characters that are read in full; of longer requests an even sample, so that counting never holds up the process. */
const SAMPLE_CHARS = 256 * 1024;
const WINDOW_CHARS = 4_096;

const COUNTED = ['system', 'tools', 'tool_choice', 'messages', 'output_config', 'output_format', 'mcp_servers'];

/**
 * Counting the tokens of a request where the upstream has no call for it: an estimate over everything in it that the
 * model reads — tool schemas, tool calls and their results too — and marked as one in a response header.
 * Throws `ApiError` only for what is no Messages request at all.
 */
export const estimateTokens = (request: OutboundRequest): WholeAnswer => {
  const tree = new RequestField(request.tree());
  tree.get('messages').list();
  const { text, media } = gather(COUNTED.map((name) => tree.get(name).value));
  const tokens = Math.max(1, estimateText(text) + media);
  return {
    body: Buffer.from(JSON.stringify({ input_tokens: tokens })),
    usage: NO_USAGE,
    stopReason: null,
    model: null,
    headers: { 'x-switchyard-estimate': 'tokenx' },
  };
};

/** Every key and value as text, except for media, whose base64 says nothing about tokens. */
const gather = (values: readonly unknown[]): { text: string; media: number } => {
  const pieces: string[] = [];
  let media = 0;
  const open = [...values]; // a stack of our own: nesting is the caller's to choose
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'object' && value !== null) {
      const tokens = mediaTokens(value as Record<string, unknown>);
      media += tokens;
      const members = Object.entries(value).filter(([key]) => tokens === 0 || key !== 'source');
      for (const [key, member] of members) open.push(member, Array.isArray(value) ? undefined : key);
    } else if (value !== undefined) pieces.push(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { text: pieces.join('\n'), media };
};

const mediaTokens = ({ type, source }: Record<string, unknown>): number => {
  if (typeof source !== 'object' || source === null) return 0;
  if (type === 'image') return IMAGE_TOKENS;
  if (type !== 'document' || !('type' in source)) return 0;
  if (source.type === 'url' || source.type === 'file') return PAGE_TOKENS;
  if (source.type !== 'base64' || !('data' in source) || typeof source.data !== 'string') return 0;
  return PAGE_TOKENS * Math.ceil(source.data.length / PAGE_CHARS);
};

const estimateText = (text: string): number => {
  const every = Math.ceil(text.length / SAMPLE_CHARS);
  if (every <= 1) return estimateTokenCount(text);
  let sampled = 0;
  for (let at = 0; at < text.length; at += WINDOW_CHARS * every) {
    sampled += estimateTokenCount(text.slice(at, at + WINDOW_CHARS));
  }
  return sampled * every;
};
