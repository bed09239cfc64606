import { ApiError } from '#core';
import { isIP } from 'node:net';
import { isSafeAddress } from './safe-address.js';
import type { NetworkRule, WebhookSettings } from './webhook-settings.js';

const LONGEST = 2_048;

/** Printable ASCII without `\`, which parsers take for `/` or not; and `//`, without which they guess where the host begins. */
const PLAIN = /^https?:\/\/[^/?#][\x21-\x5b\x5d-\x7e]*$/i;

/** Where web servers are. On others is what was never meant to be called from outside. */
const PUBLIC_PORTS: readonly string[] = ['', '80', '443', '8080', '8443'];

/** The host without the brackets of IPv6 and the dot that may end a name. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$|\.+$/g, '');

const isPrivateName = (host: string): boolean => !host.includes('.') || host.toLowerCase().endsWith('.localhost');

/** Names are not resolved: what they lead to is looked at when a connection is made, each time. */
const hostProblem = (host: string, rule: NetworkRule): string | undefined => {
  const isRefused = isIP(host) === 0 ? !rule.allowPrivateHosts && isPrivateName(host) : !isSafeAddress(host, rule);
  return isRefused ? 'its host must be public' : undefined;
};

/** Why nothing is sent to a URL; undefined when it may be. */
export const webhookUrlProblem = (text: string, rule: NetworkRule): string | undefined => {
  if (text.length > LONGEST) return `should have at most ${LONGEST} characters`;
  if (!PLAIN.test(text) || !URL.canParse(text)) return 'should be an http or https URL';
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) return 'a user name or password cannot be sent';
  if (text.includes('#')) return 'a fragment cannot be sent';
  const url = new URL(text);
  if (url.port === '0' || !(rule.allowPrivateHosts || PUBLIC_PORTS.includes(url.port)))
    return 'its port must be 80, 443, 8080 or 8443';
  return hostProblem(hostOf(url), rule);
};

/**
 * Refuses a submission whose webhook could not be sent. Throws the 400 `invalid_request_error` that says why, and where webhooks are
 * not set up, what the operator has to do.
 */
export const checkWebhookUrl = (
  url: string,
  settings: Pick<WebhookSettings, 'signingSecrets' | 'allowPrivateHosts'>,
): void => {
  const problem =
    settings.signingSecrets.length === 0
      ? 'webhooks are not set up here; the operator has to set webhooks.signing_secret in the configuration'
      : webhookUrlProblem(url, settings);
  if (problem !== undefined) throw new ApiError('invalid_request_error', `webhook_url: ${problem}`);
};
