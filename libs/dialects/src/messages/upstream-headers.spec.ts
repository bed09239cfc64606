import { describe, expect, it } from '@jest/globals';
import { type IncomingHeaders, upstreamHeaders } from './upstream-headers.js';

const sent = (headers: IncomingHeaders) => {
  const { 'anthropic-version': _version, ...rest } = upstreamHeaders(headers, '2023-06-01');
  return rest;
};

describe('the headers that travel upstream', () => {
  it('name the version', () => {
    expect(upstreamHeaders({}, '2026-10-21')).toEqual({ 'anthropic-version': '2026-10-21' });
  });

  it.each([
    'anthropic-beta',
    'anthropic-client-platform',
    'anthropic-something-new',
    'accept',
    'user-agent',
    'x-app',
    'x-client-request-id',
    'x-claude-code-session-id',
    'x-stainless-retry-count',
    'x-stainless-helper-method',
    'x-something-new',
    'x-keyboard',
  ])('include %s', (name) => {
    expect(sent({ [name]: 'v 1; a="b"' })).toEqual({ [name]: 'v 1; a="b"' });
  });

  it.each([
    'authorization',
    'x-api-key',
    'x-goog-api-key',
    'x-auth-request-access-token',
    'x-vault-token',
    'x-amzn-oidc-data',
    'cookie',
    'proxy-authorization',
    'host',
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'content-length',
    'content-type',
    'content-encoding',
    'accept-encoding',
    'accept-language',
    'sec-fetch-mode',
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded',
    'x-real-ip',
    'x-switchyard-provider',
    'anthropic-workspace-id',
    'anthropic-user-profile-id',
    'anthropic-dangerous-direct-browser-access',
    'traceparent',
    'idempotency-key',
    'prefer',
    'origin',
  ])('exclude %s', (name) => {
    expect(sent({ [name]: 'secret' })).toEqual({});
  });

  it('exclude what the connection header names', () => {
    expect(sent({ connection: 'close, X-Hop', 'x-hop': '1', 'x-app': 'cli' })).toEqual({ 'x-app': 'cli' });
  });

  it('merge a repeated anthropic-beta in order', () => {
    expect(sent({ 'anthropic-beta': ['b-2,a-1', 'c-3'] })).toEqual({ 'anthropic-beta': 'b-2,a-1, c-3' });
  });

  it.each(['a\r\nx-api-key: b', 'a\nb', 'a\0', 'é', '\x7f'])('exclude the value %j', (value) => {
    expect(sent({ 'x-app': value })).toEqual({});
  });
});
