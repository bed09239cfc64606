import { describe, expect, it } from '@jest/globals';
import { anthropic, configOf, FILE, faultsOf, soundBut, BASE } from './sound-file.js';

describe('the environment in a configuration', () => {
  it('fills in text and numbers, in block and flow style', () => {
    const { listen, redis } = configOf(
      soundBut({ 7: 'listen: { host: ${HOST}, port: ${PORT:-8080} }\nredis: ${REDIS:-redis://127.0.0.1:6379}' }),
      { HOST: '10.0.0.1' },
    );

    expect(listen).toMatchObject({ host: '10.0.0.1', port: 8080 });
    expect(redis).toEqual({ kind: 'single', url: 'redis://127.0.0.1:6379' });
  });

  it('cannot change the structure of the file', () => {
    const apiKey = '"},#:{[*&!|>%@`';
    const { providers } = configOf(
      soundBut({ 2: anthropic(`${BASE}, credentials: [ { name: a, api_key: \${KEY} } ]`) }),
      {
        KEY: apiKey,
      },
    );

    expect(providers[0]?.credentials).toMatchObject([{ name: 'a', apiKey }]);
  });

  it('stays text where text is wanted', () => {
    const text = soundBut({ 2: anthropic(`${BASE}, credentials: [ { name: a, api_key: \${KEY} } ]`) });

    expect(configOf(text, { KEY: '0123' }).providers[0]?.credentials[0]?.apiKey).toBe('0123');
  });

  it('is asked for, with the place and once, where it lacks a variable', () => {
    const faults = faultsOf(soundBut({ 6: '  - { name: ci, secret: "${CI_KEY}" }', 7: 'admin_key: ${ADMIN}' }), {
      ADMIN: '',
    });

    expect(faults).toEqual([
      `${FILE}:6:25  keys.0.secret: the environment variable CI_KEY is not set; set it, or write \${CI_KEY:-DEFAULT}, where an empty default leaves the entry out`,
      `${FILE}:7:12  admin_key: the environment variable ADMIN is empty; set it, or write \${ADMIN:-DEFAULT}, where an empty default leaves the entry out`,
    ]);
  });

  it('leaves an entry out when its default is empty', () => {
    expect(configOf(soundBut({ 7: 'admin_key: ${ADMIN:-}' })).adminKey).toBeUndefined();
  });

  it('is not looked at in comments', () => {
    expect(faultsOf(soundBut({ 7: '# admin_key: ${ADMIN}' }))).toEqual([]);
  });

  it.each([
    [
      'a reference without an end',
      'storage: "file:${A"',
      'a reference to the environment is not closed; write ${NAME}',
    ],
    ['a reference to no name', 'storage: file:${1}', '${1} is not a reference; write ${NAME} or ${NAME:-default}'],
    ['a name from the environment', '${A}: 1', 'a name cannot come from the environment; write it out'],
  ])('refuses %s', (_, text, fault) => {
    expect(faultsOf(soundBut({ 7: text }))).toContainEqual(expect.stringContaining(fault));
  });

  it('takes $${ for a literal ${', () => {
    expect(configOf(soundBut({ 7: 'storage: file:$${A}' })).storage).toEqual({ kind: 'file', folder: '${A}' });
  });

  it('stands in for sections that are left out', () => {
    const env = { PORT: '9000', REDIS_URL: 'rediss://r:1', SWITCHYARD_STORAGE: 's3://calls/prod/' };

    expect(configOf(soundBut({ 7: '' }), env)).toMatchObject({
      listen: { host: '127.0.0.1', port: 9000, drainMs: 600_000, drainDelayMs: 5000, maxInFlight: 10_000 },
      redis: { kind: 'single', url: 'rediss://r:1' },
      storage: { kind: 's3', bucket: 'calls', prefix: 'prod' },
    });
  });
});
