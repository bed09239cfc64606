import { describe, expect, it } from '@jest/globals';
import { anthropic, CREDENTIALS, configOf, FILE, provider, SOUND, soundBut, BASE, warningsOf } from './sound-file.js';

describe('a sound configuration', () => {
  const TWO_KEYS = `${BASE}, credentials: [ { name: a, api_key: x }, { name: b, api_key: y, weight: 3 } ]`;

  it('divides a target among the credentials of its provider', () => {
    const { catalog } = configOf(
      soundBut({ 2: anthropic(TWO_KEYS), 4: '  m: { targets: [ { provider: main, model: up, weight: 2 } ] }' }),
    );

    expect(catalog.find('m')?.deployments).toMatchObject([
      { id: 'main/a/up', credential: { name: 'a', apiKey: 'x', limits: undefined }, model: 'up', tier: 1, weight: 0.5 },
      { id: 'main/b/up', credential: { name: 'b', apiKey: 'y' }, model: 'up', tier: 1, weight: 1.5 },
    ]);
  });

  it('keeps the limits of a credential, and tells one key from its successor without telling it', () => {
    const limited = (key: string) =>
      configOf(
        soundBut({
          2: anthropic(
            `${BASE}, credentials: [ { name: a, api_key: ${key}, limits: { rpm: 4000, output_tpm: 80000 } } ]`,
          ),
        }),
      ).catalog.find('m')?.deployments[0]?.credential;

    expect(limited('sk-1')).toEqual({
      name: 'a',
      apiKey: 'sk-1',
      fingerprint: '0f2c10bf3d12',
      limits: { rpm: 4000, inputTpm: undefined, outputTpm: 80_000, concurrency: undefined },
    });
    expect(limited('sk-2')?.fingerprint).not.toBe(limited('sk-1')?.fingerprint);
  });

  it.each([
    ['', { by: 'header', header: 'x-claude-code-session-id' }],
    [', affinity: none', { by: 'none' }],
    [', affinity: prefix', { by: 'prefix' }],
    [', affinity: { by: prefix }', { by: 'prefix' }],
    [', affinity: { header: X-Conversation }', { by: 'header', header: 'x-conversation' }],
    [', affinity: { by: header, header: x-a }', { by: 'header', header: 'x-a' }],
  ])('keeps conversations together as "%s" says', (entry, affinity) => {
    const { catalog } = configOf(soundBut({ 4: `  m: { targets: [ { provider: main } ]${entry} }` }));

    expect(catalog.find('m')).toMatchObject({ affinity, waitMs: 0 });
  });

  it('lets calls wait where the file says so', () => {
    const { catalog } = configOf(soundBut({ 4: '  m: { targets: [ { provider: main } ], wait: 2s }' }));

    expect(catalog.find('m')?.waitMs).toBe(2000);
  });

  it('has the documented way without Redis, batches and webhooks', () => {
    expect(configOf(soundBut({}))).toMatchObject({
      withoutRedis: 'split',
      batches: {
        maxOpen: 100,
        maxQueuedRequests: 500_000,
        expiresMs: 24 * 3_600_000,
        interactiveShare: 0.3,
        archiveAfterMs: 29 * 24 * 3_600_000,
        concurrency: 100,
      },
      webhooks: { signingSecrets: [], allowPrivateHosts: false, timeoutMs: 15_000 },
      workspaces: [{ name: 'default', weight: 1 }],
    });
  });

  it('takes a signing secret and the share of a workspace', () => {
    const signing_secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const { webhooks, workspaces } = configOf(
      soundBut({ 7: `webhooks: { signing_secret: ${signing_secret} }\nworkspaces: { a: { weight: 2.5 } }` }),
    );

    expect(webhooks.signingSecrets).toEqual([signing_secret]);
    expect(workspaces).toMatchObject([
      { name: 'default', weight: 1 },
      { name: 'a', weight: 2.5 },
    ]);
  });

  it('takes two signing secrets while one replaces the other, the newest first', () => {
    const [newest, previous] = ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'C2FtcGxlIG9mIGEgc2VjcmV0IGZvciBhIHRlc3Q='].map(
      (key) => `whsec_${key}`,
    );
    const { webhooks } = configOf(
      soundBut({ 7: `webhooks: { signing_secret: ${newest}, previous_signing_secret: "${previous}" }` }),
    );

    expect(webhooks.signingSecrets).toEqual([newest, previous]);
  });

  it('has the documented timeouts', () => {
    const { providers } = configOf(soundBut({ 2: anthropic(`${BASE}, ${CREDENTIALS}, timeouts: { idle: 500ms }`) }));

    expect(providers[0]?.timeouts).toEqual({ connectMs: 5000, firstByteMs: 60_000, idleMs: 500, totalMs: 3_600_000 });
  });

  it('leads each name to its route, and any other to the longest wildcard', () => {
    const { catalog } = configOf(
      soundBut({
        4: [
          '  "*": { targets: [ { provider: main } ] }',
          '  "claude-*": { targets: [ { provider: main } ] }',
          '  "claude-opus-*": { targets: [ { provider: main } ] }',
          '  claude-opus-5: { aliases: [opus], targets: [ { provider: main } ], display_name: Opus }',
        ].join('\n'),
      }),
    );

    const names = ['claude-opus-5', 'opus', 'claude-opus-4', 'claude-3', 'gpt-5'].map(
      (name) => catalog.find(name)?.name,
    );
    expect(names).toEqual(['claude-opus-5', 'claude-opus-5', 'claude-opus-*', 'claude-*', '*']);
    expect(catalog.models).toEqual([
      expect.objectContaining({ name: 'claude-opus-5', aliases: ['opus'], displayName: 'Opus' }),
    ]);
  });

  it('sends a name upstream rather than its alias, and what was asked for under a wildcard', () => {
    const { catalog } = configOf(
      soundBut({
        4: '  m: { aliases: [n], targets: [ { provider: main } ] }\n  "*": { targets: [ { provider: main } ] }',
      }),
    );

    expect(catalog.find('n')?.deployments).toMatchObject([{ id: 'main/one/m', model: 'm' }]);
    expect(catalog.find('x')?.deployments).toMatchObject([{ id: 'main/one/*', model: undefined }]);
  });

  it('knows no route for a name that nothing matches', () => {
    expect(configOf(soundBut({})).catalog.find('nobody')).toBeUndefined();
  });

  it('keeps the digest of a key and not its secret', () => {
    const config = configOf(
      soundBut({ 6: '  - { name: ci, secret: 0123456789abcdef, models: ["m"], expires: 2027-01-01 }' }),
    );

    expect(config.keys).toEqual([
      {
        name: 'ci',
        workspace: 'default',
        digest: Buffer.from('9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f', 'hex'),
        models: ['m'],
        expiresAt: Date.parse('2027-01-01T00:00:00Z'),
      },
    ]);
    expect(JSON.stringify(config)).not.toContain('0123456789abcdef');
  });

  it('reads sentinels and clusters', () => {
    const sentinel = 'redis: { sentinel: { master: m, nodes: ["10.0.0.1:26379", "[::1]:26380"], password: ${P} } }';

    expect(configOf(soundBut({ 7: sentinel }), { P: 'p' }).redis).toEqual({
      kind: 'sentinel',
      master: 'm',
      database: 0,
      nodes: [
        { host: '10.0.0.1', port: 26_379 },
        { host: '::1', port: 26_380 },
      ],
      username: undefined,
      password: 'p',
      tls: false,
    });
    expect(configOf(soundBut({ 7: 'redis: { cluster: { nodes: ["a:1"], tls: true } }' })).redis).toMatchObject({
      kind: 'cluster',
      nodes: [{ host: 'a', port: 1 }],
      tls: true,
    });
  });

  it('derives one signing key from one secret, on every replica', () => {
    const key = (secret: string) => configOf(soundBut({ 7: `admin_key: ${secret.repeat(32)}` })).signingKey;

    expect(key('a')).toHaveLength(32);
    expect(key('a').equals(key('a'))).toBe(true);
    expect(key('a').equals(key('b'))).toBe(false);
  });

  it('prefers the signing key to the admin key', () => {
    const signing = `signing_key: ${'s'.repeat(32)}`;

    const alone = configOf(soundBut({ 7: signing }));
    const both = configOf(soundBut({ 7: `${signing}\nadmin_key: ${'a'.repeat(32)}` }));
    expect(both.signingKey.equals(alone.signingKey)).toBe(true);
  });

  it('cannot be changed', () => {
    const { catalog, providers } = configOf(soundBut({}));

    expect(() => Object.assign(providers[0] ?? {}, { baseUrl: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(catalog.find('m')?.deployments[0] ?? {}, { weight: 9 })).toThrow(TypeError);
  });

  it.each<[what: string, line: number, text: string, warning: string]>([
    [
      'an expired key',
      6,
      '  - { name: ci, secret: 0123456789abcdef, expires: 2026-01-01 }',
      '6:43  keys.0.expires: is in the past',
    ],
    [
      'an idle pattern',
      6,
      '  - { name: ci, secret: 0123456789abcdef, models: ["x*"] }',
      '6:52  keys.0.models.0: x* matches no model',
    ],
    ['no keys', 6, '', '5:1  keys: there is none, so every call is refused; add one'],
    [
      'limits',
      7,
      'workspaces: { a: { limits: { rpm: 1 } } }',
      '7:20  workspaces.a.limits: is accepted and not enforced',
    ],
    [
      'a budget',
      7,
      'workspaces: { a: { budget: { usd: 1, per: day } } }',
      '7:20  workspaces.a.budget: is accepted and not enforced',
    ],
    [
      'an unused provider',
      2,
      `${SOUND[2]}\n  idle: { kind: anthropic, ${BASE}, ${CREDENTIALS} }`,
      '3:3  providers.idle: is used by no model',
    ],
    [
      'a random signing key',
      2,
      provider(`kind: openai, base_url: "https://a.test/v1", ${CREDENTIALS}`),
      '1:1  signing_key: is not set, so thinking',
    ],
    [
      'a bare base of an openai provider',
      2,
      `${provider(`kind: openai, ${BASE}, ${CREDENTIALS}`)}\nsigning_key: ${'s'.repeat(32)}`,
      '2:25  providers.main.base_url: has no path',
    ],
  ])('warns of %s', (_, line, text, warning) => {
    expect(warningsOf(soundBut({ [line]: text }))).toEqual([expect.stringContaining(`${FILE}:${warning}`)]);
  });

  it('needs no warning when nothing is odd', () => {
    expect(warningsOf(soundBut({}))).toEqual([]);
  });
});
