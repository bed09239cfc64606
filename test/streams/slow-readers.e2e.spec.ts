import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, NO_PROCESS_FACTS, provider, RawCaller, residentBytes, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { describeUnless } from '../support/describe-unless.js';

const MB = 1_000_000;
const LENGTH = 20 * MB;
/** Callers at once, and the megabytes that they may cost. */
const [CALLERS, MOST_MB] = process.env.SWITCHYARD_LONG === '1' ? [200, 60] : [80, 40];
/** Some gigabytes go through the buffers of the system before it is quiet. */
const LONGEST_MS = 90_000;

const question = (model: string) => ({
  model,
  max_tokens: 64,
  stream: true,
  messages: [{ role: 'user', content: 'Hello' }],
});

/** Resolves when a number has not changed for so many looks. */
const settled = async (read: () => number, looks = 25): Promise<number> => {
  let last = -1;
  let same = 0;
  return until(
    read,
    (value) => {
      same = value === last ? same + 1 : 0;
      last = value;
      return same >= looks;
    },
    LONGEST_MS,
  );
};

describe('callers that do not read', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;
  let callers: RawCaller[] = [];

  const bytesSent = () => upstream.ledger.entries().reduce((sum, { bytes_sent }) => sum + bytes_sent, 0);

  const askWithoutReading = async (count: number, model: string): Promise<RawCaller[]> => {
    const seen = upstream.ledger.counts().seen + count;
    const callers = await Promise.all(
      Array.from({ length: count }, () => RawCaller.connect(gateway.url, { reads: false })),
    );
    for (const caller of callers) caller.ask(question(model), ['connection: close']);
    await until(
      () => upstream.ledger.counts().seen,
      (calls) => calls === seen,
      LONGEST_MS,
    );
    return callers;
  };

  /** Reads a stream to its end, and keeps only the last of it. */
  const readAway = async (model: string): Promise<void> => {
    const { body } = await gateway.post('/v1/messages', question(model));
    let last = Buffer.alloc(0);
    for await (const chunk of body ?? []) last = Buffer.concat([last, chunk]).subarray(-200);
    expect(last.toString()).toMatch(/event: message_stop\ndata: .*\n\n$/);
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { messages: provider('anthropic', upstream.url), chat: provider('openai', `${upstream.url}/v1`) },
        models: { 'sim*': { targets: [{ provider: 'messages' }] }, 'chat*': { targets: [{ provider: 'chat' }] } },
      }),
      // A small heap, and freed buffers given back at once, so that what the process occupies is what it holds.
      { NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=80', MALLOC_MMAP_THRESHOLD_: '16384' },
    );
  });

  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    callers = [];
    await until(
      () => upstream.ledger.counts().open,
      (open) => open === 0,
    );
    upstream.ledger.clear();
  });

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it.each(['sim', 'chat'])('hold the upstream back: %s', async (model) => {
    callers = await askWithoutReading(1, `${model}@bytes=${10 * LENGTH}`);
    // What is under way then lies in the buffers of four sockets.
    expect(await settled(bytesSent)).toBeLessThan(LENGTH);
  });

  it('get everything in the end, once they read', async () => {
    callers = await askWithoutReading(2, `sim@bytes=${LENGTH}`);
    await settled(bytesSent);
    for (const caller of callers) caller.read();
    for (const caller of callers) {
      const answer = await caller.all();
      expect(answer.slice(-100)).toMatch(/event: message_stop\n[^]*\r\n0\r\n\r\n$/);
      expect(answer.length).toBeGreaterThan(LENGTH);
    }
  });

  describeUnless(NO_PROCESS_FACTS, `of whom there are ${CALLERS}`, () => {
    it(
      'cost little, and are no trouble to the others',
      async () => {
        // What a busy process has taken for its heap it keeps, so it is compared with one that has been busy.
        await Promise.all(Array.from({ length: CALLERS }, () => readAway(`sim@bytes=${LENGTH / 10}`)));
        const before = await residentBytes(gateway.pid);
        callers = await askWithoutReading(CALLERS, `sim@bytes=${LENGTH}`);
        await settled(bytesSent);
        // What is garbage by now goes when the process gets to it, which takes a few calls of others.
        const grown = await until(
          async () => {
            for (let call = 0; call < 20; call++) await readAway('sim');
            return ((await residentBytes(gateway.pid)) - before) / MB;
          },
          (megabytes) => megabytes < MOST_MB,
          30_000,
        );
        console.log(`${CALLERS} callers that do not read 20 MB each: ${grown.toFixed(1)} MB`);
        expect(upstream.ledger.counts()).toMatchObject({ aborted: 0, faulted: 0 });
      },
      LONGEST_MS,
    );
  });

  it('are forgotten once they are gone', async () => {
    callers = await askWithoutReading(20, `sim@bytes=${LENGTH}`);
    for (const caller of callers) caller.hangUp();
    await until(
      () => upstream.ledger.counts().open,
      (open) => open === 0,
    );
    await readAway('sim');
    expect(upstream.ledger.counts().open).toBe(0);
  });
});
