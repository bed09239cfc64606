import { type MessagesTranscript, readMessagesStream, type Section } from '#testing';
import type { Simulator } from '../../../apps/simulator/src/simulator.js';
import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import type { Fleet } from '../rig/fleet.js';
import { arrivals, leadingTo, MODEL } from '../rig/upstreams.js';

/** Streams that run through every change: 15 s at least. */
const LONG_STREAM = { 'x-simulator': 'gap=100;tokens=150' };

/** Two of the three upstreams, with other weights and another key each time. */
const variant = (simulators: readonly Simulator[], turn: number): { config: Section; mark: string } => {
  const mark = `turn-${turn}`;
  const kept = simulators.filter((_, index) => index !== turn % simulators.length);
  const upstreams = kept.map(({ url }) => ({
    url,
    entry: { credentials: [{ name: `key-${turn}`, api_key: `key-${turn}`, weight: 1 + (turn % 3) }] },
  }));
  const config = leadingTo(upstreams);
  return {
    mark,
    config: { ...config, models: { ...(config.models as Section), [mark]: { targets: [{ provider: 'up-1' }] } } },
  };
};

const longStreams = (fleet: Fleet, count: number): Promise<MessagesTranscript['ending']>[] =>
  Array.from({ length: count }, async (_, index) => {
    const gateway = fleet.gateways[index % fleet.gateways.length];
    if (!gateway) return 'cut';
    const messages = [{ role: 'user', content: `Stream ${index}` }];
    const answer = await gateway.post(
      '/v1/messages',
      { model: MODEL, max_tokens: 200, stream: true, messages },
      { headers: LONG_STREAM },
    );
    return readMessagesStream(await answer.text()).ending;
  });

/** Providers, weights and credentials come and go while calls are under way. */
export const a18: Experiment = {
  id: 'A18',
  title: 'the configuration changes under load',
  tier: 'long',
  run: async (rig) => {
    const simulators = await rig.simulators(3);
    const fleet = await rig.gateways(variant(simulators, 0).config);
    const load = fleet.load({ perSecond: 60, forMs: 32_000, question: { model: MODEL } });
    const streams = longStreams(fleet, 12);
    for (let turn = 1; turn <= 14; turn++) {
      await load.reached(turn * 2_000);
      const { config, mark } = variant(simulators, turn);
      await fleet.reload(config, mark);
    }
    const records = await load.done;
    const endings = await Promise.all(streams);
    const used = simulators.filter((simulator) => arrivals(simulator, load.startedAt).length > 0);
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      exactly(12, {
        name: 'long streams that ended whole',
        value: endings.filter((ending) => ending === 'whole').length,
      }),
      atLeast(3, { name: 'upstreams that were used', value: used.length }),
    ];
  },
};
