import { describe, expect, it } from '@jest/globals';
import { anthropic, CREDENTIALS, FILE, faultsOf, provider, SOUND, soundBut, warningsOf, BASE } from './sound-file.js';

describe('a faulty configuration', () => {
  it.each<[what: string, line: number, text: string, fault: string]>([
    ['an unknown section', 7, 'lissen: {}', '7:1  lissen: is not a name known here; did you mean listen?'],
    ['an unknown entry', 7, 'listen: { hots: h }', '7:11  listen.hots: is not a name known here; did you mean host?'],
    [
      'a port that is none',
      7,
      'listen: { port: 70000 }',
      '7:17  listen.port: is 70000; write a port from 0 to 65535; 0',
    ],
    [
      'a drain without a unit',
      7,
      'listen: { drain: 5 }',
      '7:18  listen.drain: is 5; write a duration above 0 and up to 24 d',
    ],
    [
      'a section that is a list',
      7,
      'listen: []',
      '7:1  listen: is not a mapping; write a mapping with names from host',
    ],
    ['a name written twice', 7, 'keys: []', '7:1  this name is written twice; keep one of the two'],
    ['broken syntax', 7, 'listen: { port: 1', '7:18  this is not YAML ('],
    ['a tab', 7, 'listen:\n\tport: 1', '8:1  a tab is used for indentation; use spaces'],
    ['a second document', 7, '---\nlisten: {}', '7:1  a second document begins here; the file holds one'],
    [
      'a short admin key',
      7,
      'admin_key: short\nlisten: { host: 0.0.0.0 }',
      '7:12  admin_key: has 5 characters; write at least 32',
    ],
    [
      'a short signing key',
      7,
      'signing_key: short\nlisten: { host: 0.0.0.0 }',
      '7:14  signing_key: has 5 characters; write at least 32',
    ],
    ['an odd Redis', 7, 'redis: localhost', '7:8  redis: is not the address of a Redis; write redis://HOST:PORT'],
    ['a Redis of no form', 7, 'redis: {}', '7:1  redis: names neither sentinel nor cluster; write one'],
    [
      'a sentinel without nodes',
      7,
      'redis: { sentinel: { master: m, nodes: [] } }',
      '7:33  redis.sentinel.nodes: is empty; write',
    ],
    [
      'a node without a port',
      7,
      'redis: { cluster: { nodes: [a] } }',
      '7:29  redis.cluster.nodes.0: is "a"; write HOST:PORT',
    ],
    ['an odd storage', 7, 'storage: /data', '7:10  storage: is not a place to store in; write file:./data or'],

    ['no provider', 2, '', '1:11  providers: is empty; write one provider or more'],
    [
      'a kind misspelt',
      2,
      provider(`kind: antropic, ${BASE}, ${CREDENTIALS}`),
      '2:17  providers.main.kind: is "antropic"; did you mean anthropic?',
    ],
    [
      'a kind of later',
      2,
      provider(`kind: bedrock, ${BASE}, ${CREDENTIALS}`),
      '2:17  providers.main.kind: bedrock is not built yet; use anthropic or openai',
    ],
    [
      'no kind',
      2,
      provider(`${BASE}, ${CREDENTIALS}`),
      '2:3  providers.main.kind: is missing; write anthropic or openai',
    ],
    [
      'a base that is no address',
      2,
      anthropic(`base_url: a.test, ${CREDENTIALS}`),
      '2:38  providers.main.base_url: is not an http or https address; write one such as https://api.anthropic.com',
    ],
    [
      'a base with a secret',
      2,
      anthropic(`base_url: "https://u:p@a.test", ${CREDENTIALS}`),
      '2:38  providers.main.base_url: holds a user name or password; put the key under credentials',
    ],
    [
      'a base with a query',
      2,
      anthropic(`base_url: "https://a.test?x", ${CREDENTIALS}`),
      '2:38  providers.main.base_url: has a query or a fragment; cut it off',
    ],
    [
      'a base with too much path',
      2,
      anthropic(`base_url: "https://a.test/v1/", ${CREDENTIALS}`),
      '2:38  providers.main.base_url: ends in /v1, which is added for each call; write https://a.test',
    ],
    [
      'a vendor of the wrong kind',
      2,
      anthropic(`${BASE}, vendor: qwen, ${CREDENTIALS}`),
      '2:64  providers.main.vendor: is for kind: openai; take it out',
    ],
    [
      'an unknown vendor',
      2,
      provider(`kind: openai, ${BASE}, vendor: qwem, ${CREDENTIALS}`),
      '2:61  providers.main.vendor: is "qwem"; did you mean qwen?',
    ],
    [
      'a timeout of zero',
      2,
      anthropic(`${BASE}, ${CREDENTIALS}, timeouts: { idle: 0s }`),
      '2:121  providers.main.timeouts.idle: is "0s"; write a duration above 0',
    ],
    [
      'a timeout no timer can keep',
      2,
      anthropic(`${BASE}, ${CREDENTIALS}, timeouts: { idle: 600h }`),
      '2:121  providers.main.timeouts.idle: is "600h"; write a duration above 0 and up to 24 days',
    ],
    [
      'no credential',
      2,
      anthropic(`${BASE}, credentials: []`),
      '2:56  providers.main.credentials: is empty; write [ { name: main, api_key: "${NAME}" } ]',
    ],
    [
      'a credential twice',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x }, { name: a, api_key: y } ]`),
      '2:104  providers.main.credentials.1.name: a is taken by a credential above',
    ],
    [
      'a key with a line break',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: "x\\n" } ]`),
      '2:91  providers.main.credentials.0.api_key: holds a space, a line break or',
    ],
    [
      'a key of digits',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: 12 } ]`),
      '2:91  providers.main.credentials.0.api_key: is not text; put it in quotes',
    ],
    [
      'a share of nothing',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x, weight: 0 } ]`),
      '2:102  providers.main.credentials.0.weight: is 0; write a number above 0',
    ],
    [
      'a limit of nothing',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x, limits: { rpm: 0 } } ]`),
      '2:109  providers.main.credentials.0.limits.rpm: is 0; write a whole number above 0',
    ],
    [
      'a limit below nothing',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x, limits: { input_tpm: -5 } } ]`),
      '2:115  providers.main.credentials.0.limits.input_tpm: is -5; write a whole number above 0',
    ],
    [
      'half a call',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x, limits: { concurrency: 0.5 } } ]`),
      '2:117  providers.main.credentials.0.limits.concurrency: is 0.5; write a whole number above 0',
    ],
    [
      'an unknown limit',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x, limits: { output_tmp: 1 } } ]`),
      '2:104  providers.main.credentials.0.limits.output_tmp: is not a name known here; did you mean output_tpm?',
    ],
    [
      'a share below zero',
      2,
      anthropic(`${BASE}, credentials: [ { name: a, api_key: x, weight: -1 } ]`),
      '2:102  providers.main.credentials.0.weight: is -1; write a number above 0',
    ],
    [
      'a provider of an odd name',
      2,
      `${SOUND[2]}\n  "a b": { kind: anthropic, ${BASE}, ${CREDENTIALS} }`,
      '3:3  providers."a b": is not a name for a provider; write up to 64 letters',
    ],

    [
      'keys that are no list',
      6,
      '  ci: 0123456789abcdef',
      '5:1  keys: is not a list; write [ { name: ci, secret: "${CI_KEY}" } ]',
    ],
    [
      'a key name twice',
      6,
      `${SOUND[6]}\n  - { name: ci, secret: fedcba9876543210 }`,
      '7:13  keys.1.name: is the same as that of a key above; choose another',
    ],
    [
      'a secret twice',
      6,
      `${SOUND[6]}\n  - { name: cd, secret: 0123456789abcdef }`,
      '7:25  keys.1.secret: is the same as that of another key; choose another',
    ],
    [
      'an unknown workspace',
      6,
      '  - { name: ci, secret: 0123456789abcdef, workspace: defualt }',
      '6:54  keys.0.workspace: there is no workspace defualt; did you mean default?',
    ],
    [
      'a key for no model',
      6,
      '  - { name: ci, secret: 0123456789abcdef, models: [] }',
      '6:43  keys.0.models: is empty, so the key could use nothing; leave it out to allow',
    ],
    [
      'a pattern of an odd form',
      6,
      '  - { name: ci, secret: 0123456789abcdef, models: ["*x"] }',
      '6:52  keys.0.models.0: has a * that is not at the end',
    ],
    [
      'a day that is none',
      6,
      '  - { name: ci, secret: 0123456789abcdef, expires: 2027-02-30 }',
      '6:52  keys.0.expires: is "2027-02-30"; write a date such as 2027-01-01',
    ],
  ])('names the place and the cure of %s', (_, line, text, fault) => {
    const faults = faultsOf(soundBut({ [line]: text }));

    expect(faults).toEqual([expect.stringContaining(`${FILE}:${fault}`)]);
  });

  it('has all its faults told at once, in the order of the file', () => {
    const faults = faultsOf(
      soundBut({
        2: '  main: { kind: gemini, base_url: 3, credentials: [ { name: one } ], timeout: {} }',
        4: '  m: { targets: [ { provider: mian, wieght: 2 } ] }',
        6: '  - { name: ci, secret: short, workspace: x }',
        7: 'admin_kee: y',
      }),
    );

    expect(faults.map((fault) => fault.split('  ')[1]?.split(':')[0])).toEqual([
      'providers.main.kind',
      'providers.main.base_url',
      'providers.main.credentials.0.api_key',
      'providers.main.timeout',
      'models.m.targets.0.provider',
      'models.m.targets.0.wieght',
      'keys.0.workspace',
      'admin_kee',
    ]);
  });

  it('refuses a secret that can be guessed where strangers can try, and else only warns', () => {
    const short = { 6: '  - { name: ci, secret: short }' };
    const problem = 'keys.0.secret: has 5 characters; write at least 16';

    expect(faultsOf(soundBut({ ...short, 7: 'listen: { host: 0.0.0.0 }' }))).toEqual([
      expect.stringContaining(problem),
    ]);
    expect(warningsOf(soundBut(short))).toEqual([expect.stringContaining(problem)]);
    expect(warningsOf(soundBut({ ...short, 7: 'listen: { host: 127.0.0.1 }' }))).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('says nothing more than that a file is empty', () => {
    expect(faultsOf('# nothing yet\n')).toEqual([`${FILE}  is empty; begin with a copy of examples/switchyard.yaml`]);
  });

  it('never shows a secret', () => {
    const secret = 'sk-very secret';
    const text = soundBut({
      2: anthropic(`${BASE}, credentials: [ { name: a, api_key: "${secret}" } ]`),
      6: `  - { name: a, secret: "${secret}" }\n  - { name: b, secret: "${secret}" }`,
      7: `admin_key: "${secret}"\nwebhooks: { signing_secret: "${secret}" }`,
    });

    expect(faultsOf(text).length).toBeGreaterThan(3);
    expect(faultsOf(text).join('\n')).not.toContain(secret);
  });
});
