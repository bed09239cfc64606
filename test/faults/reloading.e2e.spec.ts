import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, readMessagesStream, TEST_KEY, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

const SECOND_KEY = 'sk-second-0123456789abcd';
const SIM = { sim: { targets: [{ provider: 'a' }] } };

describe('a configuration that changes under a running gateway', () => {
  let upstream: Simulator;
  let other: Simulator;
  let gateway: GatewayProcess;

  const config = (more: Record<string, unknown> = {}) =>
    testConfig({
      providers: { a: provider('anthropic', upstream.url) },
      models: SIM,
      keys: [
        { name: 'test', secret: TEST_KEY },
        { name: 'second', secret: SECOND_KEY },
      ],
      ...more,
    });

  const ask = (model: string, options: { stream?: boolean; key?: string } = {}) =>
    gateway.post(
      '/v1/messages',
      { model, max_tokens: 64, stream: options.stream ?? false, messages: [{ role: 'user', content: 'Hello' }] },
      { headers: { 'x-api-key': options.key ?? TEST_KEY } },
    );

  const statusOf = async (asking: Promise<Response>): Promise<number> => {
    const response = await asking;
    await response.text();
    return response.status;
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    other = await startSimulator();
    gateway = await GatewayProcess.start(config());
  });

  let tests = 0;

  beforeEach(async () => {
    const mark = `test-${tests++}`;
    await gateway.rewrite(config({ models: { ...SIM, [mark]: SIM.sim } }));
    gateway.signal('SIGHUP');
    await until(
      () => statusOf(ask(mark)),
      (status) => status === 200,
    );
    upstream.reset();
    other.reset();
    gateway.log.length = 0;
  });

  afterAll(async () => {
    await upstream.close();
    await other.close();
    await gateway.stop();
  });

  it('has a new model and a new upstream once the file has changed, without a signal', async () => {
    expect(await statusOf(ask('new'))).toBe(404);
    const providers = { a: provider('anthropic', upstream.url), b: provider('anthropic', other.url) };
    const models = { ...SIM, new: { targets: [{ provider: 'b' }] } };
    await gateway.rewrite(config({ providers, models }));
    await until(
      () => statusOf(ask('new')),
      (status) => status === 200,
    );
    expect(other.ledger.counts().answered).toBe(1);
  });

  it('is taken up at once on SIGHUP', async () => {
    await gateway.rewrite(config({ models: { renamed: SIM.sim } }));
    gateway.signal('SIGHUP');
    await until(
      () => statusOf(ask('renamed')),
      (status) => status === 200,
    );
    expect(await statusOf(ask('sim'))).toBe(404);
  });

  it('refuses a key that is no longer in it, and knows one that is new', async () => {
    const third = 'sk-third-0123456789abcde';
    expect(await statusOf(ask('sim', { key: SECOND_KEY }))).toBe(200);
    await gateway.rewrite(
      config({
        keys: [
          { name: 'test', secret: TEST_KEY },
          { name: 'third', secret: third },
        ],
      }),
    );
    gateway.signal('SIGHUP');
    await until(
      () => statusOf(ask('sim', { key: third })),
      (status) => status === 200,
    );
    expect(await statusOf(ask('sim', { key: SECOND_KEY }))).toBe(401);
    expect(await statusOf(ask('sim'))).toBe(200);
  });

  it.each([
    ['does not hold together', () => config({ models: { sim: { targets: [{ provider: 'nobody' }] } } }), /nobody/],
    ['has a name that there is not', () => config({ modles: {} }), /modles/],
    ['is no YAML', () => 'providers: [', /./],
    ['is empty', () => '', /empty/],
  ])('stays as it was when the new one %s', async (_what, faulty, words) => {
    await gateway.rewrite(faulty());
    gateway.signal('SIGHUP');
    const line = await gateway.logged(({ level, msg }) => level === 'error' && /refused/.test(msg ?? ''));
    expect(JSON.stringify(line)).toMatch(words);
    expect(JSON.stringify(line)).not.toContain('upstream-secret');
    expect(await statusOf(ask('sim'))).toBe(200);
    // And is not stuck with it.
    await gateway.rewrite(config({ models: { next: SIM.sim } }));
    gateway.signal('SIGHUP');
    await until(
      () => statusOf(ask('next')),
      (status) => status === 200,
    );
  });

  it('loses no call, however often it changes', async () => {
    upstream.behave('gap=10;tokens=10');
    const endings = new Map<string, number>();
    const over = new AbortController();
    const caller = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const ending = await ask('sim', { stream: true })
          .then(async (response) => readMessagesStream(await response.text()).ending)
          .catch(String);
        endings.set(ending, (endings.get(ending) ?? 0) + 1);
      }
    };
    const calling = Promise.all(Array.from({ length: 10 }, caller));
    for (let change = 0; change < 10; change++) {
      // Each puts all of it in place anew: another provider object, another credential, another upstream.
      const to = change % 2 === 0 ? other : upstream;
      const credentials = [{ name: `main-${change}`, api_key: `key-${change}` }];
      const models = { ...SIM, [`sim-${change}`]: SIM.sim };
      await gateway.rewrite(config({ providers: { a: provider('anthropic', to.url, { credentials }) }, models }));
      gateway.signal('SIGHUP');
      await until(
        () => statusOf(ask(`sim-${change}`)),
        (status) => status === 200,
      );
    }
    over.abort();
    await calling;
    expect([...endings.keys()]).toEqual(['whole']);
    expect(upstream.ledger.counts().seen).toBeGreaterThan(0);
    expect(other.ledger.counts().seen).toBeGreaterThan(0);
  });

  it('keeps a call that is under way with the upstream that it began with', async () => {
    upstream.behave('silence=1500;at=8e');
    const begun = await ask('sim', { stream: true });
    await gateway.rewrite(config({ providers: { a: provider('anthropic', other.url) } }));
    gateway.signal('SIGHUP');
    await until(
      async () => {
        await statusOf(ask('sim'));
        return other.ledger.counts().answered;
      },
      (answered) => answered > 0,
    );
    expect(readMessagesStream(await begun.text()).ending).toBe('whole');
  });
});
