import type { ModelLimits } from './model-limits.js';
import type { RequestField } from './request-field.js';
import type { ThinkingTokens } from './thinking-token.js';
import type { Vendor } from './vendors.js';

/** What the encoding of one request goes by, and the list it keeps of what it could not say. */
export interface Encoding {
  readonly vendor: Vendor;
  /** The upstream's name for the model. */
  readonly model: string;
  readonly limits: ModelLimits;
  readonly tokens: ThinkingTokens;
  /** Names for `x-switchyard-ignored`, in the order met. */
  readonly ignored: Set<string>;
}

/** Lists members that are hints: the answer is right without them, only slower, dearer or less decorated. */
export const ignoreHints = ({ ignored }: Encoding, holder: RequestField, ...names: string[]): void => {
  for (const name of names) if (holder.get(name).asked) ignored.add(name);
};

/** `citations` of a block: either the list of those it has, or `enabled`. */
export const ignoreCitations = ({ ignored }: Encoding, block: RequestField): void => {
  const citations = block.get('citations');
  if (citations.asked && (Array.isArray(citations.value) || citations.get('enabled').asked)) ignored.add('citations');
};
