import { describe, expect, it } from '@jest/globals';
import { ApiError } from '#core';
import { checkWebhookUrl, webhookUrlProblem } from './check-webhook-url.js';

const STRANGERS = { allowPrivateHosts: false };
const DEVELOPMENT = { allowPrivateHosts: true };

const PUBLIC = [
  'https://example.com',
  'http://example.com/',
  'HTTPS://Example.COM/hooks?a=b&c=%2F',
  'https://example.com:443/',
  'http://example.com:80/',
  'https://example.com:8443/',
  'http://example.com:8080/',
  'https://example.com./',
  'https://xn--bcher-kva.example/',
  'https://example.com/a@b',
  'https://93.184.216.34/',
  'https://1.1.1.1:8443/',
  'https://[2606:4700:4700::1111]/',
  'https://[2a00:1450:4001:80b::200e]:443/hook',
];

/** What a developer calls on the own machine or network. */
const PRIVATE = [
  'http://127.0.0.1/',
  'http://127.0.0.1:3000/',
  'http://127.1/',
  'http://2130706433/',
  'http://017700000001/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://%31%32%37.0.0.1/',
  'http://127.255.255.254/',
  'http://10.0.0.1/',
  'http://10.255.255.255:8080/',
  'http://100.64.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.1.1/',
  'http://0xc0a80101/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]:9000/',
  'http://[fd12:3456:789a::1]/',
  'http://[fc00::1]/',
  'http://localhost/',
  'http://LOCALHOST:8080/',
  'http://localhost./',
  'http://foo.localhost/',
  'http://intranet/',
  'http://redis:6379/',
];

const NEVER = [
  'http://0.0.0.0/',
  'http://0/',
  'http://0.1.2.3/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://192.0.0.192/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://198.51.100.7/',
  'http://203.0.113.9/',
  'http://224.0.0.1/',
  'http://239.255.255.250/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::]/',
  'http://[::ffff:7f00:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:8.8.8.8]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::a9fe:a9fe]/',
  'http://[2002:7f00:1::]/',
  'http://[2001::1]/',
  'http://[2001:db8::1]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fd20:ce::254]/',
  'http://user@example.com/',
  'http://user:secret@example.com/',
  'http://@example.com/',
  'http://example.com@127.0.0.1/',
  'http://127.0.0.1:80@example.com/',
  'http://example.com#@127.0.0.1/',
  'http://example.com/#fragment',
  'http://example.com\\@127.0.0.1/',
  'http:\\\\127.0.0.1/',
  'http:/127.0.0.1/',
  'http:127.0.0.1',
  'http:///127.0.0.1/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127。0。0。1/',
  ' http://example.com/',
  'http://exa\tmple.com/',
  'http://example.com/\nhost:x',
  'http://example.com:0/',
  'http://example.com:65536/',
  'http://[::1',
  'http://[fe80::1%25eth0]/',
  'http://1.2.3.4.5/',
  'http://256.256.256.256/',
  'http://',
  '//example.com/',
  'example.com',
  '',
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'javascript:alert(1)',
  'data:text/plain,x',
  `https://example.com/${'a'.repeat(2048)}`,
];

const STRANGE_PORTS = ['22', '25', '6379', '9200', '2375', '10250'].map((port) => `http://example.com:${port}/`);

describe('a webhook_url', () => {
  it.each(PUBLIC)('%s is taken', (url) => {
    expect(webhookUrlProblem(url, STRANGERS)).toBeUndefined();
    expect(webhookUrlProblem(url, DEVELOPMENT)).toBeUndefined();
  });

  it.each([...PRIVATE, ...STRANGE_PORTS])('%s is taken only where private hosts are allowed', (url) => {
    expect(webhookUrlProblem(url, STRANGERS)).toEqual(expect.any(String));
    expect(webhookUrlProblem(url, DEVELOPMENT)).toBeUndefined();
  });

  it.each(NEVER)('%j is refused whatever is allowed', (url) => {
    expect(webhookUrlProblem(url, STRANGERS)).toEqual(expect.any(String));
    expect(webhookUrlProblem(url, DEVELOPMENT)).toEqual(expect.any(String));
  });

  it('that is refused is answered with a 400 that names the field', () => {
    const refusal = () =>
      checkWebhookUrl('http://10.0.0.1/', { signingSecrets: ['whsec_x'], allowPrivateHosts: false });

    expect(refusal).toThrow(new ApiError('invalid_request_error', 'webhook_url: its host must be public'));
  });

  it('is refused without a signing secret, and the answer says what the operator has to set', () => {
    const refusal = () => checkWebhookUrl('https://example.com/', { signingSecrets: [], allowPrivateHosts: false });

    expect(refusal).toThrow(/^webhook_url: .*webhooks\.signing_secret/);
  });
});
