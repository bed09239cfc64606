import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';

interface Counted {
  input_tokens?: number;
  type?: string;
  error?: { type: string; message: string };
}

describe('counting tokens', () => {
  let simulator: Simulator;
  let gateway: GatewayProcess;

  const count = async (model: string, content = 'How many?') => {
    const body = { model, messages: [{ role: 'user', content }] };
    const response = await gateway.post('/v1/messages/count_tokens', body);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Counted };
  };

  beforeAll(async () => {
    simulator = await startSimulator();
    const claude = { provider: 'claude', model: 'sim' };
    const translated = { provider: 'translated', model: 'sim' };
    gateway = await GatewayProcess.start(
      testConfig({
        providers: {
          claude: provider('anthropic', simulator.url),
          translated: provider('openai', `${simulator.url}/v1`),
        },
        models: {
          claude: { targets: [claude] },
          translated: { targets: [translated] },
          both: { targets: [claude, { ...translated, tier: 2 }] },
          '*': { targets: [{ provider: 'claude' }] },
        },
      }),
    );
  });

  beforeEach(() => simulator.reset());

  afterAll(async () => {
    await simulator.close();
    await gateway.stop();
  });

  it('passes through where the upstream counts', async () => {
    const { status, headers, body } = await count('claude');

    expect(status).toBe(200);
    expect(body).toEqual({ input_tokens: expect.any(Number) });
    expect(headers.get('x-switchyard-estimate')).toBeNull();
    expect(headers.get('x-switchyard-provider')).toBe('claude');
    expect(simulator.ledger.entries().map(({ path }) => path)).toEqual(['/v1/messages/count_tokens']);
  });

  it('is an estimate, and says so, where the upstream has no call for it', async () => {
    const { status, headers, body } = await count('translated');

    expect(status).toBe(200);
    expect(body).toEqual({ input_tokens: expect.any(Number) });
    expect(body.input_tokens).toBeGreaterThan(0);
    expect(headers.get('x-switchyard-estimate')).toBe('tokenx');
    expect(headers.get('x-switchyard-provider')).toBe('translated');
    expect(headers.get('x-switchyard-attempts')).toBe('translated/main/sim=200');
    expect(headers.get('x-switchyard-attempt-count')).toBe('1');
    expect(simulator.ledger.entries()).toEqual([]);
  });

  it.each(['claude', 'translated'])('grows with the request: %s', async (model) => {
    const short = (await count(model, 'one two three')).body.input_tokens ?? 0;
    const long = (await count(model, 'one two three '.repeat(500))).body.input_tokens ?? 0;

    expect(long).toBeGreaterThan(100 * short);
  });

  it('names the deployment whose estimate it is, and the one that failed before', async () => {
    simulator.behave('status=500');
    const { status, headers, body } = await count('both');

    expect(status).toBe(200);
    expect(body.input_tokens).toBeGreaterThan(0);
    expect(headers.get('x-switchyard-provider')).toBe('translated');
    expect(headers.get('x-switchyard-attempts')).toBe('claude/main/sim=500, translated/main/sim=200');
    expect(headers.get('x-switchyard-attempt-count')).toBe('2');
    const { outcome, attempts } = await gateway.loggedCall(headers.get('request-id'));
    expect(outcome).toBe('answered');
    expect(attempts).toMatchObject([
      { deployment: 'claude/main/sim', outcome: '500' },
      { deployment: 'translated/main/sim', outcome: '200', ms: 0 },
    ]);
  });

  it('asks the next upstream where the first knows no such call', async () => {
    simulator.behave('status=404;message=No such path');
    const { status, headers } = await count('both');

    expect(status).toBe(200);
    expect(headers.get('x-switchyard-attempts')).toBe('claude/main/sim=404, translated/main/sim=200');
  });

  it.each([404, 429, 529, 500])('that ends in %i keeps no message from the upstream', async (failure) => {
    simulator.behave(`status=${failure};retry-after=60`);
    for (let call = 0; call < 6; call++) await count('claude');
    simulator.reset();
    const response = await gateway.post('/v1/messages', {
      model: 'claude',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hi' }],
    });

    expect(response.status).toBe(200);
    await response.text();
  });

  it.each([
    ['claude', 404, 'not_found_error'],
    ['any-other-name', 404, 'not_found_error'],
  ])('is an error and never zero where the upstream knows no such call: %s', async (model, told, type) => {
    simulator.behave('status=404');
    const { status, headers, body } = await count(model);

    expect(status).toBe(told);
    expect(body).toMatchObject({ type: 'error', error: { type } });
    expect(body).not.toHaveProperty('input_tokens');
    expect(headers.get('x-switchyard-estimate')).toBeNull();
  });
});
