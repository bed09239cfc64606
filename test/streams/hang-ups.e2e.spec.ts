import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, RawCaller, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

const MOMENTS = [
  { moment: 'before the head', wire: 'anthropic', stream: false, behaviour: 'stall' },
  { moment: 'before the head', wire: 'anthropic', stream: true, behaviour: 'stall' },
  { moment: 'behind the head', wire: 'anthropic', stream: false, behaviour: 'stall=30b' },
  { moment: 'before content', wire: 'anthropic', stream: true, behaviour: 'stall=1e' },
  { moment: 'in the middle', wire: 'anthropic', stream: true, behaviour: 'stall=8e' },
  { moment: 'while it flows', wire: 'anthropic', stream: true, behaviour: 'bytes=5000000;gap=1' },
  { moment: 'before the head', wire: 'openai', stream: false, behaviour: 'stall' },
  { moment: 'before content', wire: 'openai', stream: true, behaviour: 'stall=1e' },
  { moment: 'in the middle', wire: 'openai', stream: true, behaviour: 'stall=8e' },
] as const;

const WAYS = ['hangUp', 'reset'] as const;

/** Of numbers: the one in the middle and the largest. */
const spread = (values: number[]): { p50: number; max: number } => {
  const sorted = values.toSorted((one, other) => one - other);
  return { p50: sorted[sorted.length >> 1] ?? NaN, max: sorted.at(-1) ?? NaN };
};

describe('a caller that hangs up', () => {
  let upstream: Simulator;
  let other: Simulator;
  let gateway: GatewayProcess;
  const delays: Record<string, number[]> = {};

  /** Asks, hangs up at the moment, and gives the milliseconds until the upstream noticed. */
  const hangUp = async ({ wire, stream, behaviour }: (typeof MOMENTS)[number], how: (typeof WAYS)[number]) => {
    upstream.behave(behaviour);
    const since = upstream.ledger.entries().at(-1)?.seq ?? 0;
    const caller = await RawCaller.connect(gateway.url);
    caller.ask({ model: wire, max_tokens: 64, stream, messages: [{ role: 'user', content: 'Hello' }] });
    const call = await upstream.ledger.waitFor(({ seq, model }) => seq > since && model !== null);
    // What comes before content is kept back, so only the upstream can tell that it was sent.
    if (/8e|bytes/.test(behaviour)) await caller.until(/text_delta/);
    else if (behaviour !== 'stall')
      await upstream.ledger.waitFor(({ seq, status }) => seq === call.seq && status !== null);
    const leftAt = performance.timeOrigin + performance.now();
    caller[how]();
    const ended = await upstream.ledger.waitFor(({ seq, outcome }) => seq === call.seq && outcome === 'aborted');
    return (ended.aborted_at ?? NaN) - leftAt;
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    other = await startSimulator();
    const targets = (kind: string) => ({
      targets: [
        { provider: kind, model: 'sim' },
        { provider: 'other', tier: 2 },
      ],
    });
    gateway = await GatewayProcess.start(
      testConfig({
        providers: {
          anthropic: provider('anthropic', upstream.url),
          openai: provider('openai', `${upstream.url}/v1`),
          other: provider('anthropic', other.url),
        },
        models: { anthropic: targets('anthropic'), openai: targets('openai') },
      }),
    );
  });

  afterEach(() => {
    upstream.reset();
    gateway.log.length = 0;
  });

  afterAll(async () => {
    for (const [what, values] of Object.entries(delays)) {
      const { p50, max } = spread(values);
      console.log(`${what}: noticed upstream after p50 ${p50.toFixed(1)} ms, at most ${max.toFixed(1)} ms`);
    }
    await upstream.close();
    await other.close();
    await gateway.stop();
  });

  it.each(MOMENTS)('$moment is noticed upstream: $wire, stream $stream', async (moment) => {
    const times = 20;
    const measured: number[] = [];
    for (let time = 0; time < times; time++) measured.push(await hangUp(moment, WAYS[time % 2] ?? 'hangUp'));
    delays[`${moment.moment}, ${moment.wire}, stream ${moment.stream}`] = measured;
    expect(upstream.ledger.counts()).toMatchObject({ seen: times, aborted: times });
    // Nobody was asked in its place, and nothing is left running.
    expect(other.ledger.counts().seen).toBe(0);
    const lines = await until(
      () => gateway.log.filter(({ msg }) => msg === 'call'),
      ({ length }) => length === times,
    );
    for (const line of lines) {
      expect(line).toMatchObject({ outcome: 'abandoned', attempts: [{ outcome: 'abandoned' }] });
      expect(line).not.toHaveProperty('error_type');
    }
    const metrics = await (await gateway.get('/metrics')).text();
    expect(/^switchyard_in_flight\S* (.+)$/m.exec(metrics)?.[1]).toBe('0');
  });

  it('during a second attempt ends that one', async () => {
    upstream.behave('status=500');
    other.behave('stall');
    const caller = await RawCaller.connect(gateway.url);
    caller.ask({ model: 'anthropic', max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] });
    await other.ledger.waitFor(({ model }) => model !== null);
    caller.hangUp();
    await other.ledger.waitFor(({ outcome }) => outcome === 'aborted');
    const line = await gateway.logged(({ outcome }) => outcome === 'abandoned');
    expect(line.attempts).toMatchObject([{ outcome: '500' }, { outcome: 'abandoned' }]);
  });

  it('without having read anything is noticed too', async () => {
    upstream.behave('bytes=20000000');
    const caller = await RawCaller.connect(gateway.url, { reads: false });
    caller.ask({ model: 'anthropic', max_tokens: 64, stream: true, messages: [{ role: 'user', content: 'Hello' }] });
    await until(
      () => upstream.ledger.entries().at(-1)?.bytes_sent ?? 0,
      () => upstream.ledger.counts().open === 1,
    );
    caller.hangUp();
    const { bytes_sent: sent } = await upstream.ledger.waitFor(({ outcome }) => outcome === 'aborted');
    expect(sent).toBeLessThan(20_000_000);
  });

  // A bound on time means something on a quiet machine only.
  (process.env.SWITCHYARD_LONG ? describe : describe.skip)('whatever it waits for,', () => {
    it.each(MOMENTS)('is noticed within 50 ms: $moment, $wire, stream $stream', async (moment) => {
      for (let time = 0; time < 50; time++) expect(await hangUp(moment, WAYS[time % 2] ?? 'hangUp')).toBeLessThan(50);
    });
  });
});
