import { GatewayProcess, provider, type Section, testConfig } from '#testing';

/**
 * How an answer gets through the gateway. `pass-through`: the upstream speaks the Messages wire too, and its bytes go on
 * as they come. `translated`: it speaks Chat Completions.
 */
export const LANES = ['pass-through', 'translated'] as const;
export type Lane = (typeof LANES)[number];

/** A key that may use the models `claude-*` only. */
export const NARROW_KEY = 'sk-test-narrow-0123456789';

/** How long an upstream of a `slow*` model may take to say its first word. */
const SHORT_PATIENCE = '250ms';

/**
 * The configuration of a gateway with one upstream. A model's name says what is to be tried: `claude-*`, `sim*` and `play*` go to it plainly,
 * `deepseek*` with that vendor's manners, `slow*` with little patience. Any other name is unknown.
 */
export const laneConfig = (lane: Lane, upstreamUrl: string): Section => {
  const [kind, url] =
    lane === 'translated' ? (['openai', `${upstreamUrl}/v1`] as const) : (['anthropic', upstreamUrl] as const);
  // Of the translated vendors, one that is told to think in a field of its own and takes images.
  const vendor = (name: string) => (lane === 'translated' ? { vendor: name } : {});
  const providers = {
    upstream: provider(kind, url, vendor('doubao')),
    reasoner: provider(kind, url, vendor('deepseek')),
    impatient: provider(kind, url, { ...vendor('doubao'), timeouts: { first_byte: SHORT_PATIENCE } }),
  };
  const to = (name: keyof typeof providers) => ({ targets: [{ provider: name }] });
  const models = {
    'claude-sonnet-4-5': {
      aliases: ['claude-sonnet-4-5-20250929'],
      display_name: 'Claude Sonnet 4.5',
      created_at: '2025-09-29T00:00:00Z',
      max_input_tokens: 200_000,
      max_tokens: 64_000,
      targets: [{ provider: 'upstream', model: 'claude-sonnet-4-5-20250929' }],
    },
    'claude-opus-4-5': to('upstream'),
    'claude-*': to('upstream'),
    'sim*': to('upstream'),
    'play*': to('upstream'),
    'deepseek*': to('reasoner'),
    'slow*': to('impatient'),
  };
  const keys = [
    { name: 'test', secret: 'sk-test-0123456789abcdef' },
    { name: 'narrow', secret: NARROW_KEY, models: ['claude-*'] },
  ];
  return testConfig({ providers, models, keys });
};

/** A gateway of that configuration. */
export const startLane = (lane: Lane, upstreamUrl: string): Promise<GatewayProcess> =>
  GatewayProcess.start(laneConfig(lane, upstreamUrl));
