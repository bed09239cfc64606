import { createHash, createHmac, timingSafeEqual, type Hash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { OUR_SIGNATURE_PREFIX as PREFIX } from '../shared/thinking-signature.js';

const MAC_BYTES = 16;
const HASH_BYTES = 16;
const LARGEST_REASONING_BYTES = 32 * 1024 * 1024;

/** What a token of ours stands for when it comes back. */
export interface SealedThinking {
  /** Row of the vendor table whose model thought this. */
  vendor: string;
  reasoning: string;
}

interface Payload {
  v: string;
  /** Hash of the text that was shown, which must come back unchanged. */
  h?: string;
  /** The text itself, deflated, when it was not shown but will be needed. */
  r?: string;
}

/** `shown`: the caller has the text. `carried`: the token has it instead. `dropped`: nobody will need it. */
export type ThinkingPlace = 'shown' | 'carried' | 'dropped';

/**
 * Whether a thinking block's `signature` was made by this adapter rather than by Claude. Needs no key.
 * Such a block must be taken out before a conversation goes to Claude, which would refuse the signature.
 */
export const isOurSignature = (signature: string): boolean => signature.startsWith(PREFIX);

const digest = (hash: Hash): string => hash.digest().subarray(0, HASH_BYTES).toString('base64url');

/**
 * Signatures for thinking that did not come from Claude. The wire wants every thinking block signed, and wants it back
 * unchanged; a vendor's `reasoning_content` has no signature, so we make one:
 *
 *     ~swy1.<base64url of {v: vendor, h: hash of the text, or r: the text deflated}>.<base64url of HMAC-SHA256, 16 bytes>
 */
export class ThinkingTokens {
  /** `key` must be the same in every replica: a conversation may come back to another one. */
  constructor(private readonly key: Buffer) {}

  /** Begins a block. */
  begin(vendor: string, place: ThinkingPlace): ThinkingSeal {
    return new ThinkingSeal(place, (part) => this.token({ v: vendor, ...part }));
  }

  /** What a block of ours holds; undefined when signature or text have been altered. */
  open(signature: string, shown: string): SealedThinking | undefined {
    const dot = signature.lastIndexOf('.');
    const given = Buffer.from(signature.slice(dot + 1), 'base64url');
    const expected = this.mac(signature.slice(0, dot));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    // Only a payload that we wrote gets here.
    const { v, h, r } = JSON.parse(Buffer.from(signature.slice(PREFIX.length, dot), 'base64url').toString()) as Payload;
    if (h === undefined) return { vendor: v, reasoning: r === undefined ? '' : inflate(r) };
    return h === digest(createHash('sha256').update(shown)) ? { vendor: v, reasoning: shown } : undefined;
  }

  private token(payload: Payload): string {
    const signed = PREFIX + Buffer.from(JSON.stringify(payload)).toString('base64url');
    return `${signed}.${this.mac(signed).toString('base64url')}`;
  }

  private mac(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest().subarray(0, MAC_BYTES);
  }
}

const inflate = (deflated: string): string =>
  inflateRawSync(Buffer.from(deflated, 'base64url'), { maxOutputLength: LARGEST_REASONING_BYTES }).toString();

/** The signature of one block in the making. Keeps the text only if it has to travel in the token. */
export class ThinkingSeal {
  private readonly hash = createHash('sha256');
  private readonly pieces: string[] = [];

  constructor(
    readonly place: ThinkingPlace,
    private readonly token: (part: Pick<Payload, 'h' | 'r'>) => string,
  ) {}

  add(text: string): void {
    if (this.place === 'carried') this.pieces.push(text);
    if (this.place === 'shown') this.hash.update(text);
  }

  /** Once, after the last piece. */
  signature(): string {
    if (this.place === 'shown') return this.token({ h: digest(this.hash) });
    if (this.place === 'dropped') return this.token({});
    return this.token({ r: deflateRawSync(this.pieces.join('')).toString('base64url') });
  }
}
