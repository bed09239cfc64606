/** A part of a configuration, as YAML has it. */
export type Section = Record<string, unknown>;

/** The key that test configurations hold. */
export const TEST_KEY = 'sk-test-0123456789abcdef';

/** The admin key that test configurations hold. */
export const TEST_ADMIN_KEY = 'sk-admin-0123456789abcdef0123456789abcdef';

/** What a test configuration names unless it is told otherwise: nobody listens there, so that a test without a Redis of its own never meets a stranger's. */
export const NO_REDIS = 'redis://127.0.0.1:1';

/** A configuration: providers and models are the test's, the rest is the least that works. */
export const testConfig = (parts: { providers: Section; models: Section } & Section): Section => ({
  listen: { drain_delay: '0s' },
  redis: NO_REDIS,
  admin_key: TEST_ADMIN_KEY,
  keys: [{ name: 'test', secret: TEST_KEY }],
  ...parts,
});

/** A provider entry with one credential. */
export const provider = (kind: 'anthropic' | 'openai', baseUrl: string, more: Section = {}): Section => ({
  kind,
  base_url: baseUrl,
  credentials: [{ name: 'main', api_key: 'upstream-secret' }],
  ...more,
});
