import { describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, RawCaller, readMessagesStream, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

const question = (model: string, stream: boolean) => ({
  model,
  max_tokens: 64,
  stream,
  messages: [{ role: 'user', content: 'Hello' }],
});

const readiness = async (gateway: GatewayProcess): Promise<number> =>
  (await gateway.get('/health/ready', { connection: 'close' })).status;

/** Whether a new connection is taken. */
const listens = (gateway: GatewayProcess): Promise<boolean> =>
  RawCaller.connect(gateway.url).then(
    (caller) => {
      caller.hangUp();
      return true;
    },
    () => false,
  );

const stopsListening = async (gateway: GatewayProcess): Promise<void> => {
  await until(
    () => listens(gateway),
    (does) => !does,
  );
};

/** What a test has to itself, so that it may run beside another. */
class Scene {
  private readonly callers: RawCaller[] = [];
  private readonly gateways: GatewayProcess[] = [];

  private constructor(readonly upstream: Simulator) {}

  /** The test that is given a scene. */
  static with(test: (scene: Scene) => Promise<void>): () => Promise<void> {
    return async () => {
      const scene = new Scene(await startSimulator());
      try {
        await test(scene);
      } finally {
        await scene.clear();
      }
    };
  }

  async start(listen: Record<string, string>): Promise<GatewayProcess> {
    const config = testConfig({
      listen,
      providers: { a: provider('anthropic', this.upstream.url) },
      models: { 'sim*': { targets: [{ provider: 'a' }] } },
    });
    const gateway = await GatewayProcess.start(config);
    this.gateways.push(gateway);
    return gateway;
  }

  async connect(gateway: GatewayProcess, options?: { reads: boolean }): Promise<RawCaller> {
    const caller = await RawCaller.connect(gateway.url, options);
    this.callers.push(caller);
    return caller;
  }

  private async clear(): Promise<void> {
    for (const caller of this.callers) caller.hangUp();
    await Promise.all(this.gateways.map((gateway) => gateway.kill()));
    await this.upstream.close();
  }
}

describe('a gateway that is told to stop', () => {
  it.concurrent(
    'says that it is not ready, goes on for a while, then takes nobody, and ends what it has begun',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '2s', drain: '30s' });
      expect(await readiness(gateway)).toBe(200);
      const long = gateway.post('/v1/messages', question('sim@gap=100;tokens=50', true));
      const whole = gateway.post('/v1/messages', question('sim@delay=4500', false));
      await scene.upstream.ledger.waitFor(({ model }) => model?.includes('delay') ?? false);

      gateway.signal('SIGTERM');
      await until(
        () => readiness(gateway),
        (status) => status === 503,
      );
      expect((await gateway.get('/health/live')).status).toBe(200);
      const late = await gateway.post('/v1/messages', question('sim', false));
      expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);

      await stopsListening(gateway);
      expect(scene.upstream.ledger.counts().open).toBe(2);
      expect(readMessagesStream(await (await long).text()).ending).toBe('whole');
      expect(await (await whole).json()).toMatchObject({ type: 'message' });
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'ends what takes too long with an error that clients repeat',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '0s', drain: '500ms' });
      const begun = gateway.post('/v1/messages', question('sim@stall=8e', true));
      const silent = gateway.post('/v1/messages', question('sim@stall', true));
      const whole = gateway.post('/v1/messages', question('sim@stall', false));
      await begun;
      await until(
        () => scene.upstream.ledger.entries().filter(({ model }) => model !== null).length,
        (calls) => calls === 3,
      );

      gateway.signal('SIGTERM');
      const { events, ending } = readMessagesStream(await (await begun).text());
      expect(ending).toBe('error');
      expect(events.at(-1)).toMatchObject({ error: { type: 'overloaded_error' } });
      for (const response of [await silent, await whole]) {
        expect(response.status).toBe(529);
        expect(await response.json()).toMatchObject({ error: { type: 'overloaded_error' } });
      }
      expect(await gateway.exited).toBe(0);
      expect(scene.upstream.ledger.counts()).toMatchObject({ seen: 3, open: 0 });
      expect(gateway.log.filter(({ error_type }) => error_type === 'overloaded_error')).toHaveLength(3);
    }),
  );

  it.concurrent(
    'and told again, waits for nothing',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '10m', drain: '10m' });
      const begun = gateway.post('/v1/messages', question('sim@stall=8e', true));
      await begun;
      gateway.signal('SIGTERM');
      await until(
        () => readiness(gateway),
        (status) => status === 503,
      );
      gateway.signal('SIGTERM');
      expect(readMessagesStream(await (await begun).text()).ending).toBe('error');
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'from a terminal takes no more at once, and ends what it has begun',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '10m', drain: '10m' });
      const begun = gateway.post('/v1/messages', question('sim@gap=50;tokens=10', true));
      await begun;
      gateway.signal('SIGINT');
      await stopsListening(gateway);
      expect(readMessagesStream(await (await begun).text()).ending).toBe('whole');
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'is not kept by connections that want nothing',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '0s', drain: '10m' });
      const kept = await scene.connect(gateway);
      kept.ask(question('sim', false));
      await kept.until(/end_turn/);
      await scene.connect(gateway);
      gateway.signal('SIGTERM');
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'is not kept for ever by a request that never ends',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '0s', drain: '500ms' });
      const caller = await scene.connect(gateway);
      caller.send('POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\ncontent-type: application/json\r\n');
      caller.send('x-api-key: sk-test-0123456789abcdef\r\n\r\n{"model": ');
      expect((await gateway.get('/health/live')).status).toBe(200);
      gateway.signal('SIGTERM');
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'is not kept for ever by a caller that does not read',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '0s', drain: '500ms' });
      const caller = await scene.connect(gateway, { reads: false });
      caller.ask(question('sim@bytes=100000000', true));
      await scene.upstream.ledger.waitFor(({ model, status }) => model !== null && status !== null);
      gateway.signal('SIGTERM');
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'lets a slow caller read to the end what has been answered',
    Scene.with(async (scene) => {
      const gateway = await scene.start({ drain_delay: '0s', drain: '10m' });
      const caller = await scene.connect(gateway, { reads: false });
      caller.ask(question('sim@bytes=30000000', false));
      await scene.upstream.ledger.waitFor(({ outcome }) => outcome === 'answered');
      await gateway.logged(({ outcome }) => outcome === 'answered');
      gateway.signal('SIGTERM');
      await stopsListening(gateway);
      caller.read();
      const answer = await caller.all();
      expect(answer.length).toBeGreaterThan(30_000_000);
      expect(answer.slice(-200)).toMatch(/"output_tokens":\d+.*\}\}$/);
      expect(await gateway.exited).toBe(0);
    }),
  );

  it.concurrent(
    'loses no call where another takes over',
    Scene.with(async (scene) => {
      const pair = [await scene.start({ drain_delay: '1s' }), await scene.start({ drain_delay: '1s' })] as const;
      const ready = new Set<GatewayProcess>(pair);
      const endings = new Map<string, number>();
      const asking = new AbortController();
      // A balancer looks at readiness and sends new calls accordingly; it does not repeat them.
      const balancer = until(
        async () => {
          for (const gateway of pair) if ((await readiness(gateway).catch(() => 0)) !== 200) ready.delete(gateway);
        },
        () => asking.signal.aborted,
        30_000,
      );
      const caller = async (): Promise<void> => {
        for (let call = 0; !asking.signal.aborted; call++) {
          const gateway = [...ready][call % ready.size] ?? pair[1];
          const ending = await gateway
            .post('/v1/messages', question('sim@gap=20;tokens=10', true))
            .then(async (response) => readMessagesStream(await response.text()).ending)
            .catch(String);
          endings.set(ending, (endings.get(ending) ?? 0) + 1);
        }
      };
      const calling = Promise.all(Array.from({ length: 20 }, caller));
      await until(
        () => endings.get('whole') ?? 0,
        (calls) => calls > 20,
      );
      pair[0].signal('SIGTERM');
      expect(await pair[0].exited).toBe(0);
      const sofar = endings.get('whole') ?? 0;
      await until(
        () => endings.get('whole') ?? 0,
        (calls) => calls > sofar + 40,
      );
      asking.abort();
      await Promise.all([calling, balancer]);
      expect([...endings.keys()]).toEqual(['whole']);
    }),
  );
});
