import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, startTestRedis, type TestRedis, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask } from './asking.js';

const PLACES = 4;
/** Shorter than anybody is told to wait for a place. */
const ANSWER_MS = 300;

describe('a credential with so many places', () => {
  let upstream: Simulator;
  let redis: TestRedis;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    [upstream, redis] = await Promise.all([startSimulator({ behaviour: `delay=${ANSWER_MS}` }), startTestRedis()]);
    const credentials = [{ name: 'main', api_key: 'k', limits: { concurrency: PLACES } }];
    gateway = await GatewayProcess.start(
      testConfig({
        redis: redis.url,
        providers: { limited: provider('anthropic', upstream.url, { credentials }) },
        models: { m: { targets: [{ provider: 'limited' }] } },
      }),
    );
  });

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([upstream.close(), redis.stop()]);
  });

  it('is used as soon as one comes free, though somebody was refused a moment before', async () => {
    // At once, so that nobody's turn to run decides which of them meet.
    const answers = await Promise.all(Array.from({ length: PLACES + 1 }, () => ask(gateway, 'm')));
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([answered.length, refused.length]).toEqual([PLACES, 1]);
    expect((await ask(gateway, 'm')).status).toBe(200);
  });
});
