import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask, samples, total } from './asking.js';

const NAMES = ['red', 'green', 'blue'] as const;
const TURNS = 20;
const EPHEMERAL = { cache_control: { type: 'ephemeral' } };
const SYSTEM = 'You are a switchman, and know every track. '.repeat(150);

type Turn = { role: string; content: unknown };

/** A conversation that grows by a turn each time, with its marker on the last, as clients put it. */
class Conversation {
  /** Who answered each turn. */
  readonly answeredBy: string[] = [];
  private readonly turns: Turn[] = [];

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly name: string,
    private readonly options: { model?: string; headers?: Record<string, string> } = {},
  ) {}

  async turn(): Promise<string> {
    const text = `${this.name}, turn ${this.turns.length / 2}: ${'which way? '.repeat(20)}`;
    const { model = 'm', headers = {} } = this.options;
    const response = await ask(this.gateway, model, {
      headers,
      system: [{ type: 'text', text: SYSTEM, ...EPHEMERAL }],
      messages: [...this.turns, { role: 'user', content: [{ type: 'text', text, ...EPHEMERAL }] }],
    });
    if (!response.ok) throw new Error(`turn ${this.turns.length / 2} was answered ${response.status}`);
    const { content } = (await response.json()) as { content: unknown };
    this.turns.push({ role: 'user', content: text }, { role: 'assistant', content });
    const by = response.headers.get('x-switchyard-provider') ?? 'nobody';
    this.answeredBy.push(by);
    return by;
  }

  async turnsOf(count: number): Promise<Set<string>> {
    const before = this.answeredBy.length;
    for (let turn = 0; turn < count; turn++) await this.turn();
    return new Set(this.answeredBy.slice(before));
  }
}

describe('a conversation with three upstreams to choose from', () => {
  let upstreams: Record<(typeof NAMES)[number], Simulator>;
  let gateway: GatewayProcess;

  const upstreamOf = (name: string): Simulator => {
    const found = NAMES.find((known) => known === name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return upstreams[found];
  };

  /** Of the prompts that went by a policy, the share that came from a cache. */
  const hitRate = async (route: string, policy: string): Promise<number> => {
    const read = await samples(gateway, 'switchyard_prompt_tokens_total');
    const of = (cached: string): number => total(read, `route="${route}"`, `policy="${policy}"`, `cached="${cached}"`);
    return of('yes') / (of('yes') + of('no'));
  };

  beforeAll(async () => {
    const [red, green, blue] = await Promise.all([startSimulator(), startSimulator(), startSimulator()]);
    upstreams = { red, green, blue };
    const targets = NAMES.map((name) => ({ provider: name }));
    gateway = await GatewayProcess.start(
      testConfig({
        providers: Object.fromEntries(NAMES.map((name) => [name, provider('anthropic', upstreams[name].url)])),
        models: { m: { targets }, spread: { targets, affinity: 'none' } },
      }),
    );
  });

  afterAll(async () => {
    await gateway.stop();
    for (const name of NAMES) await upstreams[name].close();
  });

  it('stays on one by the session that Claude Code names, and the metric shows what that is worth', async () => {
    const sessions = Array.from({ length: 6 }, (_, at) => {
      const headers = { 'x-claude-code-session-id': `session-${at}` };
      return new Conversation(gateway, 'Claude', { headers });
    });
    const homes = await Promise.all(sessions.map((session) => session.turnsOf(TURNS)));

    for (const home of homes) expect(home.size).toBe(1);
    // Sessions that begin alike are still different conversations.
    expect(new Set(homes.flatMap((home) => [...home])).size).toBeGreaterThan(1);
    expect(await hitRate('m', 'affinity')).toBeGreaterThan(0.9);
  });

  it('stays on one by what it begins with', async () => {
    const conversations = ['Anna', 'Bert', 'Cleo', 'Dora', 'Egon', 'Fritz'].map(
      (name) => new Conversation(gateway, name),
    );
    const homes = await Promise.all(conversations.map((conversation) => conversation.turnsOf(TURNS)));

    for (const home of homes) expect(home.size).toBe(1);
    expect(new Set(homes.flatMap((home) => [...home])).size).toBeGreaterThan(1);
  });

  it('goes to the same second choice while its home is out, and comes home', async () => {
    const conversation = new Conversation(gateway, 'Gerd');
    const home = await conversation.turn();
    upstreamOf(home).behave('status=503');
    const away = await conversation.turnsOf(8);
    upstreamOf(home).behave('');

    expect([...away]).toHaveLength(1);
    expect([...away]).not.toContain(home);
    await until(
      () => conversation.turn(),
      (by) => by === home,
      20_000,
    );
    expect(await conversation.turnsOf(5)).toEqual(new Set([home]));
  });

  it('is spread where the route wants that, and pays for it', async () => {
    const conversation = new Conversation(gateway, 'Hans', { model: 'spread' });
    const homes = await conversation.turnsOf(TURNS);

    expect(homes.size).toBeGreaterThan(1);
    expect(await hitRate('spread', 'least-loaded')).toBeLessThan(await hitRate('m', 'affinity'));
  });
});
