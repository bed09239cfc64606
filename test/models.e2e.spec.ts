import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, TEST_KEY, testConfig } from '#testing';

const NAMES = ['claude-sonnet-a', 'claude-opus-b', 'claude-haiku-c', 'other-d', 'other-e'];

const ALIAS_KEY = 'sk-alias-0123456789abcdef';

/** A page, or one model, or an error: each test knows which it asked for. */
interface Page {
  id?: string;
  object?: string;
  has_more?: boolean;
  data?: { id: string }[];
}

describe('the list of models', () => {
  let gateway: GatewayProcess;
  const targets = [{ provider: 'a' }];
  const anthropic = { 'x-api-key': TEST_KEY, 'anthropic-version': '2023-06-01' };

  const get = async (path: string, headers: Record<string, string> = anthropic) => {
    const response = await gateway.get(path, headers);
    return { status: response.status, body: (await response.json()) as Page };
  };

  beforeAll(async () => {
    const models: Record<string, unknown> = Object.fromEntries(NAMES.map((name) => [name, { targets }]));
    models['claude-sonnet-a'] = {
      targets,
      aliases: ['sonnet'],
      display_name: 'Sonnet A',
      created_at: '2026-01-02T00:00:00Z',
      max_input_tokens: 200_000,
      max_tokens: 64_000,
    };
    models['*'] = { targets };
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', 'http://127.0.0.1:9') },
        models,
        keys: [
          { name: 'test', secret: TEST_KEY },
          { name: 'alias', secret: ALIAS_KEY, models: ['sonnet'] },
        ],
      }),
    );
  });

  afterAll(() => gateway.stop());

  it('has every named model, in the API’s page shape', async () => {
    const { body } = await get('/v1/models');
    expect(body).toMatchObject({ has_more: false, first_id: NAMES[0], last_id: NAMES[4] });
    expect(body.data?.map(({ id }) => id)).toEqual(NAMES);
    expect(body.data?.[0]).toEqual({
      id: 'claude-sonnet-a',
      type: 'model',
      display_name: 'Sonnet A',
      created_at: '2026-01-02T00:00:00Z',
      lifecycle: 'active',
      deprecated_at: null,
      retires_at: null,
      line: 'sonnet',
      max_input_tokens: 200_000,
      max_tokens: 64_000,
      capabilities: null,
    });
  });

  it.each([
    ['limit=2', NAMES.slice(0, 2), true],
    ['limit=2&after_id=claude-opus-b', NAMES.slice(2, 4), true],
    ['limit=2&after_id=other-d', NAMES.slice(4), false],
    ['limit=2&before_id=other-e', NAMES.slice(2, 4), true],
    ['limit=2&before_id=claude-opus-b', NAMES.slice(0, 1), false],
    ['after_id=other-e', [], false],
  ])('pages by %s', async (query, names, more) => {
    const { body } = await get(`/v1/models?${query}`);
    expect([body.data?.map(({ id }) => id), body.has_more]).toEqual([names, more]);
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'after_id=nope', 'after_id=other-d&before_id=other-e'])(
    'refuses %s',
    async (query) => {
      expect(await get(`/v1/models?${query}`)).toMatchObject({
        status: 400,
        body: { error: { type: 'invalid_request_error' } },
      });
    },
  );

  it('gives one model by its name and by its alias', async () => {
    expect((await get('/v1/models/claude-sonnet-a')).body.id).toBe('claude-sonnet-a');
    expect((await get('/v1/models/sonnet?beta=true')).body.id).toBe('claude-sonnet-a');
    expect(await get('/v1/models/nope')).toMatchObject({ status: 404, body: { error: { type: 'not_found_error' } } });
  });

  it('shows a key what it may call, by whatever name it may call it', async () => {
    const alias = { 'x-api-key': ALIAS_KEY };
    expect((await get('/v1/models', alias)).body.data?.map(({ id }) => id)).toEqual(['claude-sonnet-a']);
    expect((await get('/v1/models/sonnet', alias)).status).toBe(200);
    expect((await get('/v1/models/claude-sonnet-a', alias)).status).toBe(404);
  });

  it('has OpenAI’s shape for a client of OpenAI', async () => {
    const bearer = { authorization: `Bearer ${TEST_KEY}` };
    const { body } = await get('/v1/models', bearer);
    expect(body.object).toBe('list');
    expect(body.data?.[0]).toEqual({
      id: 'claude-sonnet-a',
      object: 'model',
      created: 1_767_312_000,
      owned_by: 'switchyard',
    });
    expect((await get('/v1/models/other-d', bearer)).body).toMatchObject({ id: 'other-d', object: 'model' });
  });
});
