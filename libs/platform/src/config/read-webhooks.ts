import type { WebhookSettings } from './config.js';
import type { Draft } from './draft.js';
import { duration, flag, secret } from './entry-values.js';
import { readSection, section } from './section.js';

const PATH = ['webhooks'];
const CURE = 'write whsec_ and the base64 of 24 to 64 random bytes: echo "whsec_$(openssl rand -base64 32)"';

/** Of 24 random bytes fewer than 12 are different once in 10^13 times. */
const FEWEST_DIFFERENT = 12;

const webhooksSection = section({
  signing_secret: secret().optional(),
  previous_signing_secret: secret().optional(),
  allow_private_hosts: flag.default(false),
  timeout: duration.default(15_000),
});

/** What is wrong with a secret; undefined when nothing is. The form is that of the Standard Webhooks specification. */
const problemOf = (text: string): string | undefined => {
  const [, base64] = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? [];
  if (base64 === undefined) return 'is not a signing secret';
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < 24 || bytes.length > 64) return `holds ${bytes.length} bytes`;
  return new Set(bytes).size < FEWEST_DIFFERENT ? 'can be guessed' : undefined;
};

const checkSecret = (draft: Draft, name: string, text: string | undefined): void => {
  const problem = text === undefined ? undefined : problemOf(text);
  if (problem !== undefined) draft.fault([...PATH, name], `${problem}; ${CURE}`);
};

/** Reads `webhooks`: how somebody is told that a job or a batch has ended. */
export const readWebhooks = (draft: Draft): WebhookSettings | undefined => {
  const entry = readSection(draft, PATH, webhooksSection);
  if (!entry) return undefined;
  const { signing_secret: newest, previous_signing_secret: previous } = entry;
  checkSecret(draft, 'signing_secret', newest);
  checkSecret(draft, 'previous_signing_secret', previous);
  if (newest === undefined && previous !== undefined)
    draft.fault([...PATH, 'previous_signing_secret'], 'has no signing_secret after it; call it signing_secret');
  return {
    signingSecrets: [newest, previous].filter((text) => text !== undefined),
    allowPrivateHosts: entry.allow_private_hosts,
    timeoutMs: entry.timeout,
  };
};
