/** Where webhooks may be sent. */
export interface NetworkRule {
  /** Whether addresses of private networks and of this machine may be called, on any port. Cloud metadata never may. */
  allowPrivateHosts: boolean;
}

/** How webhooks are sent: `webhooks` of the configuration. */
export interface WebhookSettings extends NetworkRule {
  /** `whsec_` and the base64 of the key; the newest first, and while it is being replaced the one before it. Empty: none can be sent. */
  signingSecrets: readonly string[];
  /** For one delivery, from the first packet to the end of the answer. */
  timeoutMs: number;
}
