import { afterEach, describe, expect, it } from '@jest/globals';
import { FaultProxy, GatewayProcess, provider, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask } from './asking.js';

/** Under way when it happens, about half of them at each of two upstreams. */
const UNDER_WAY = 56;
/** Far longer than it takes to begin them all. */
const ANSWER_MS = 2_000;

const cleanups: (() => Promise<unknown>)[] = [];

/** A gateway and its upstreams, of which the first is reached through a proxy that can take it away. */
const aRouteOver = async (count: number) => {
  const upstreams = await Promise.all(
    Array.from({ length: count }, () => startSimulator({ behaviour: `delay=${ANSWER_MS}` })),
  );
  const way = await FaultProxy.start(upstreams[0]?.url ?? '');
  const urls = [`http://${way.address}`, ...upstreams.slice(1).map(({ url }) => url)];
  const gateway = await GatewayProcess.start(
    testConfig({
      providers: Object.fromEntries(urls.map((url, at) => [`up${at}`, provider('anthropic', url)])),
      models: { m: { targets: urls.map((_, at) => ({ provider: `up${at}` })) } },
    }),
  );
  cleanups.push(
    () => gateway.stop(),
    () => way.close(),
    ...upstreams.map((upstream) => () => upstream.close()),
  );
  return { gateway, way, upstreams };
};

const seenBy = (upstreams: readonly Simulator[]): number[] => upstreams.map(({ ledger }) => ledger.counts().seen);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Of each way in which calls went, how many did. */
const tally = (answers: readonly Response[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, headers } of answers) {
    const way = `${status} [${headers.get('x-switchyard-attempts')}]`;
    counts[way] = (counts[way] ?? 0) + 1;
  }
  return counts;
};

describe(`an upstream that dies with half of ${UNDER_WAY} calls under way`, () => {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  it('is noticed by no caller when another is well', async () => {
    const { gateway, way, upstreams } = await aRouteOver(2);
    const calls = Promise.all(Array.from({ length: UNDER_WAY }, () => ask(gateway, 'm')));
    await until(
      () => sum(seenBy(upstreams)),
      (seen) => seen === UNDER_WAY,
    );
    const [lost = 0] = seenBy(upstreams);
    await way.infect({ refuse: true });
    const answers = await calls;
    console.log(`${lost} calls were lost:`, tally(answers));
    expect(lost).toBeGreaterThan(20);
    expect(answers.filter(({ status }) => status !== 200)).toHaveLength(0);
  });
});
