import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, TEST_ADMIN_KEY, testConfig } from '#testing';
import { runCommand } from '../apps/cli/src/program.js';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';

/** The compiled command: `npm test` builds before it runs anything. */
const COMMAND = resolve('dist/apps/cli/src/main.js');

const RED = 'first/red/claude-test';
const GREEN = 'first/green/claude-test';
const BLUE = 'second/main/claude-test';
const LONE = 'lone/main/claude-test';

/** Of a wait of so many seconds, what is left a moment later. */
const expectAbout = (ms: unknown, seconds: number): void => {
  expect(ms).toBeGreaterThan(seconds * 1000 - 5000);
  expect(ms).toBeLessThanOrEqual(seconds * 1000);
};

interface Listed {
  id: string;
  code: string;
  reason: string;
  remaining_ms: number | null;
  place: number;
  score: number | null;
  share: number | null;
}

interface Explained {
  policy: string;
  panic: boolean;
  retry_after_ms: number | null;
  eligible: Listed[];
  excluded: Listed[];
}

const idsOf = (listed: readonly Listed[]): string[] => listed.map(({ id }) => id);

/** What runs out, or comes back, by itself is another a moment later. */
const timeless = (text: string): string =>
  text.replaceAll(/"(remaining_ms|retry_after_ms)":\d+/g, '"$1":0').replaceAll(/"headroom":\{.*?\}/g, '"headroom":{}');

describe('asking where a call would go', () => {
  let sick: Simulator;
  let well: Simulator;
  let gateway: GatewayProcess;
  let shut: GatewayProcess;

  const config = (more: Record<string, unknown> = {}) => {
    const credentials = ['red', 'green'].map((name) => ({ name, api_key: `secret-of-${name}` }));
    const to = (name: string, tier = 1) => ({ provider: name, model: 'claude-test', tier });
    return testConfig({
      providers: {
        first: provider('anthropic', sick.url, { credentials }),
        lone: provider('anthropic', sick.url),
        second: provider('anthropic', well.url),
      },
      models: {
        tiers: { aliases: ['by-another-name'], targets: [to('first'), to('second', 2)] },
        alone: { targets: [to('lone')] },
        spread: { targets: [to('first'), to('second')] },
        loose: { targets: [to('first'), to('second')], affinity: 'none' },
      },
      ...more,
    });
  };

  const admin = (method: string, path: string, body?: unknown, key = TEST_ADMIN_KEY): Promise<Response> =>
    fetch(`${gateway.url}/admin/v1/${path}`, {
      method,
      headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });

  const explain = async (model: string, more: object = {}): Promise<Explained> => {
    const response = await admin('POST', 'explain', { model, ...more });
    expect(response.status).toBe(200);
    return (await response.json()) as Explained;
  };

  const call = async (model: string, times = 1): Promise<void> => {
    const question = { model, max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }] };
    for (let time = 0; time < times; time++) await (await gateway.post('/v1/messages', question)).text();
  };

  const command = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCommand(['explain', ...args], {
      root: resolve('.'),
      env: {},
      print: (text) => out.push(stripVTControlCharacters(text)),
      complain: (text) => err.push(text),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };

  const ask = (...args: string[]) => command(...args, '--config', gateway.configFile, '--gateway', gateway.url);

  beforeAll(async () => {
    sick = await startSimulator();
    well = await startSimulator();
    gateway = await GatewayProcess.start(config());
    shut = await GatewayProcess.start(config({ admin_key: undefined }));
  });

  beforeEach(async () => {
    sick.reset();
    well.reset();
    await gateway.forgetHealth();
  });

  afterAll(async () => {
    await gateway.stop();
    await shut.stop();
    await sick.close();
    await well.close();
  });

  describe('names', () => {
    it('who would be tried, and in which order, while all are well', async () => {
      const { policy, panic, retry_after_ms, eligible, excluded } = await explain('by-another-name');

      expect({ policy, panic, retry_after_ms }).toEqual({ policy: 'least-loaded', panic: false, retry_after_ms: null });
      expect(idsOf(eligible).toSorted()).toEqual([GREEN, RED]);
      expect(eligible.map(({ place }) => place)).toEqual([1, 2]);
      expect(excluded).toMatchObject([{ id: BLUE, tier: 2, weight: 1, code: 'tier', remaining_ms: null }]);
    });

    it('the order of a conversation, which is always the same and another for others', async () => {
      const first = await explain('spread', { affinity: 'a conversation' });
      expect(first).toMatchObject({ policy: 'affinity', excluded: [] });
      expect(idsOf(first.eligible).toSorted()).toEqual([GREEN, RED, BLUE]);
      expect(await explain('spread', { affinity: 'a conversation' })).toEqual(first);

      const keys = Array.from({ length: 30 }, (_, index) => `conversation ${index}`);
      const answers = await Promise.all(keys.map((affinity) => explain('spread', { affinity })));
      expect(new Set(answers.map(({ eligible }) => eligible[0]?.id))).toEqual(new Set([RED, GREEN, BLUE]));
    });

    it('no order of conversations where the route keeps none together', async () => {
      expect(await explain('loose', { affinity: 'a conversation' })).toMatchObject({ policy: 'least-loaded' });
    });

    it('who has asked to be left alone, and for how long', async () => {
      sick.behave('status=429;retry-after=30');
      await call('tiers');
      const { eligible, excluded, retry_after_ms } = await explain('tiers');

      expect([idsOf(eligible), retry_after_ms]).toEqual([[BLUE], null]);
      expect(idsOf(excluded)).toEqual([RED, GREEN]);
      for (const { code, reason, remaining_ms } of excluded) {
        expect([code, reason]).toEqual(['cooldown', expect.stringContaining('429')]);
        expectAbout(remaining_ms, 30);
      }
    });

    it('whose credential was refused, which is the same on every route', async () => {
      sick.behave('status=401');
      await call('tiers');
      for (const model of ['tiers', 'spread', 'loose']) {
        const { eligible, excluded } = await explain(model);
        expect([idsOf(eligible), idsOf(excluded)]).toEqual([[BLUE], [RED, GREEN]]);
        for (const { code, reason, remaining_ms } of excluded) {
          expect([code, reason]).toEqual(['disabled', expect.stringContaining('401')]);
          expectAbout(remaining_ms, 300);
        }
      }
      expect(idsOf((await explain('alone')).eligible)).toEqual([LONE]);
    });

    it('who fails too often, and that it is tried all the same when there is nobody else', async () => {
      sick.behave('status=500');
      await call('alone', 5);
      expect(await explain('alone')).toMatchObject({ panic: true, eligible: [{ id: LONE }], excluded: [] });
      const { data } = (await (await admin('GET', 'targets')).json()) as { data: { id: string }[] };
      expect(data.find(({ id }) => id === LONE)).toMatchObject({
        eligible: false,
        excluded: { code: 'breaker-open', remaining_ms: expect.any(Number) },
        breaker: { state: 'open', consecutive_failures: 5 },
        last_30_s: { ok: 0, failed: 5 },
        in_flight: 0,
      });
    });

    it('the moment of the first return where there is nobody', async () => {
      sick.behave('status=429;retry-after=30');
      await call('alone');
      const { eligible, excluded, retry_after_ms } = await explain('alone');

      expect([eligible, idsOf(excluded)]).toEqual([[], [LONE]]);
      expectAbout(retry_after_ms, 30);
    });
  });

  it('changes nothing', async () => {
    sick.behave('status=429;retry-after=30');
    await call('tiers');
    const seen = sick.ledger.counts().seen + well.ledger.counts().seen;
    const targets = async () => timeless(await (await admin('GET', 'targets')).text());
    const before = await targets();
    const answers = new Set<string>();
    for (let time = 0; time < 20; time++)
      for (const model of ['tiers', 'spread']) answers.add(timeless(JSON.stringify(await explain(model))));

    expect(answers.size).toBe(2);
    expect(await targets()).toBe(before);
    expect(sick.ledger.counts().seen + well.ledger.counts().seen).toBe(seen);
  });

  it.each([
    ['no model', {}, /^model: /],
    ['a model that is no name', { model: 7 }, /^model: /],
    ['an empty name', { model: '' }, /^model: /],
    ['a length below zero', { model: 'tiers', input_tokens: -1 }, /^input_tokens: /],
    ['an urgency that there is not', { model: 'tiers', urgency: 'soon' }, /^urgency: /],
    ['a word too many', { model: 'tiers', modle: 'x' }, /modle/],
    ['a list', [], /^body: /],
    ['no JSON', '{"model":', /no(t)? JSON/],
  ])('about %s is a 400 that says so', async (_what, body, words) => {
    const response = await admin('POST', 'explain', body);
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: expect.stringMatching(words) },
        request_id: response.headers.get('request-id'),
      },
    ]);
  });

  it('about a model that no route leads to is a 404', async () => {
    const response = await admin('POST', 'explain', { model: 'nobody' });
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ error: { type: 'not_found_error', message: 'model: nobody' } }),
    ]);
  });

  it('holds no secret', async () => {
    await call('tiers');
    const texts = [await (await admin('GET', 'targets')).text(), JSON.stringify(await explain('tiers'))];
    for (const text of texts) expect(text).not.toMatch(/secret|sk-/);
  });

  describe('and doing something about it', () => {
    it('takes a credential back into use, and that one only', async () => {
      sick.behave('status=401');
      await call('tiers');
      const enabled = await admin('POST', 'credentials/first/red/enable');
      expect([enabled.status, await enabled.json()]).toEqual([
        200,
        { provider: 'first', credential: 'red', enabled: true },
      ]);
      const { eligible, excluded } = await explain('tiers');
      expect(idsOf(eligible)).toContain(RED);
      expect(excluded).toMatchObject([{ id: GREEN, code: 'disabled' }]);
    });

    it.each(['credentials/first/blue/enable', 'credentials/nobody/red/enable'])('knows no %s', async (path) => {
      expect((await admin('POST', path)).status).toBe(404);
    });

    it.each([
      'status=401',
      'status=404;message=model: claude-test',
      'status=429',
      'status=529',
      'status=500;retry-after=60',
    ])('forgets what an upstream did, as if it had never been: %s', async (fault) => {
      const before = await explain('tiers');
      sick.behave(fault);
      await call('tiers');
      expect(idsOf((await explain('tiers')).excluded)).not.toEqual([BLUE]);
      expect((await admin('POST', 'targets/reset')).status).toBe(200);
      expect(await explain('tiers')).toEqual(before);
      expect(idsOf(before.excluded)).toEqual([BLUE]);
    });
  });

  it('is shut where the configuration has no admin key', async () => {
    const response = await shut.post('/admin/v1/explain', { model: 'tiers' });
    expect([response.status, await response.json()]).toEqual([
      401,
      expect.objectContaining({ error: expect.objectContaining({ message: expect.stringContaining('admin_key') }) }),
    ]);
    const { code, err } = await command('tiers', '--config', shut.configFile, '--gateway', shut.url);
    expect([code, err]).toEqual([1, expect.stringContaining('admin_key')]);
  });

  describe('on the command line', () => {
    it('says where the call would go, and what is left out', async () => {
      const { code, out } = await ask('tiers');
      expect(code).toBe(0);
      expect(out).toMatch(/^tiers would most likely go to first\/(red|green)\/claude-test now\./);
      expect(out).toMatch(/1\. +first\/(red|green)\/claude-test +tier 1 +weight 0\.5 +score 1\.00 +50 %$/m);
      expect(out).toMatch(/left out\n +second\/main\/claude-test +tier 2 +The tiers before it/);
    });

    it('says for how long, and exits with 1 when there is nobody', async () => {
      sick.behave('status=429;retry-after=30');
      await call('alone');
      const { code, out } = await ask('alone');
      expect([code, out]).toEqual([1, expect.stringMatching(/^alone can go nowhere now\. Ask again in (29|30) s\./)]);
      expect(out).toMatch(/lone\/main\/claude-test +tier 1 +.*429.* for (29|30) s more/);
    });

    it('prints what the gateway answers with --json', async () => {
      const affinity = 'a conversation';
      const { code, out } = await ask('spread', '--json', '--affinity', affinity, '--input-tokens', '50000');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual(await explain('spread', { affinity, input_tokens: 50_000 }));
    });

    it('exits with 1 at a model that there is not, and names it', async () => {
      const { code, out, err } = await ask('nobody');
      expect([code, out, err]).toEqual([1, '', expect.stringContaining('model: nobody')]);
    });

    it('exits with 1 where no gateway answers, and says how to start one', async () => {
      const { code, err } = await command('tiers', '--config', gateway.configFile, '--gateway', 'http://127.0.0.1:1');
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/No gateway answers at http:\/\/127\.0\.0\.1:1.*npm start/s),
      ]);
    });

    it.each([
      ['no model', []],
      ['two models', ['tiers', 'spread']],
      ['a length that is none', ['tiers', '--input-tokens', 'many']],
    ])('exits with 2 at %s', (_what, args) => {
      const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'explain', ...args], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^error: /)]);
    });
  });
});
