import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** Any simulator accepts any other's signatures, as the real API does across the clouds that host it. */
const KEY = 'switchyard simulator';

const mac = (claim: string): string => createHmac('sha256', KEY).update(claim).digest('base64url');

/**
 * Signs what was thought. The signature of a text that is not shown stands for it alone: whatever text comes back with
 * it is ignored. https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 */
export const signThinking = (text: string, shown: boolean): string => {
  const claim = `${shown ? 'shown' : 'hidden'}.${hash('sha256', text, 'base64url')}`;
  return Buffer.from(`${claim}.${mac(claim)}`).toString('base64');
};

/** True when the signature is one of ours and, where the text was shown, the text is still the one that was signed. */
export const isSignatureOf = (signature: string, text: string): boolean => {
  const [kind, digest, code] = Buffer.from(signature, 'base64').toString().split('.');
  const expected = Buffer.from(mac(`${kind}.${digest}`));
  const given = Buffer.from(code ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return kind === 'hidden' || digest === hash('sha256', text, 'base64url');
};
