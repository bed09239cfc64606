import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from './ended-event.js';

/**
 * The headers of one delivery: the event's id, which stays, and the time of this attempt, which the signature covers so that nobody
 * sends it again much later. One signature for each secret. https://www.standardwebhooks.com
 */
export const signEvent = (
  { id, body }: WebhookEvent,
  secrets: readonly string[],
  now: number,
): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(now / 1_000)),
  'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), body)).join(' '),
});
