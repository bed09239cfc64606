import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, TEST_ADMIN_KEY, until } from '#testing';
import { expectAnswer, expectBroken, expectError, TwoUpstreams, WIRES } from './two-upstreams.js';

/** What the upstream says in its stream, and what the caller is told: before content with a status, after it without. */
const ROWS = [
  ['overloaded_error', { status: 529, type: 'overloaded_error' }],
  ['api_error', { status: 500, type: 'api_error' }],
  ['rate_limit_error', { status: 429, type: 'rate_limit_error' }],
  ['timeout_error', { status: 504, type: 'timeout_error' }],
  ['authentication_error', { status: 503, type: 'api_error' }],
  ['permission_error', { status: 503, type: 'api_error' }],
  ['billing_error', { status: 503, type: 'api_error' }],
] as const;

describe('an error in the middle of a stream', () => {
  let upstreams: TwoUpstreams;

  beforeAll(async () => {
    upstreams = await TwoUpstreams.start();
  });

  afterAll(() => upstreams.stop());

  it.each(ROWS)('%s before content is a status of its own', async (said, told) => {
    for (const at of ['0e', '1e']) {
      const seen = await upstreams.alone(`error-event=${said};at=${at}`, 'anthropic', 'stream');
      expectError(seen, told);
      expect(seen.sick).toBe(1);
    }
  });

  it.each(ROWS)('%s before content is made good by another upstream', async (said, _told) => {
    for (const wire of WIRES)
      for (const at of ['0e', '1e']) {
        const seen = await upstreams.pair(`error-event=${said};at=${at}`, wire, 'stream');
        expectAnswer(seen, 'stream');
        expect([seen.sick, seen.well]).toEqual([1, 1]);
      }
  });

  it.each(ROWS)('%s after content is the last event', async (said, { type }) => {
    const seen = await upstreams.pair(`error-event=${said};at=6e;message=account-0815`, 'anthropic', 'stream');
    const { events } = expectBroken(seen, type);
    expect(events.filter((event) => event.type === 'content_block_delta').length).toBeGreaterThan(0);
    expect([seen.sick, seen.well]).toEqual([1, 0]);
    if (type !== said) expect(seen.text).not.toContain('account-0815');
  });

  it.each(WIRES)('is told once and in our own form, over %s', async (wire) => {
    const seen = await upstreams.pair('error-event=api_error;at=6e', wire, 'stream');
    expectBroken(seen, 'api_error');
    expect(seen.text.match(/event: error/g)).toHaveLength(1);
    const line = await upstreams.gateway.loggedCall(seen.headers.get('request-id'));
    expect(line).toMatchObject({ outcome: 'broken', status: 200, usage_estimated: true });
    expect(seen.text).not.toContain(String(upstreams.sick.ledger.entries().at(-1)?.request_id));
  });

  it.each(WIRES)('that concerns the request itself is not asked again, over %s', async (wire) => {
    const seen = await upstreams.pair('error-event=invalid_request_error;at=1e', wire, 'stream');
    // Over the other wire the same word stands for a fault of the server's.
    if (wire === 'anthropic') expectError(seen, { status: 400, type: 'invalid_request_error' });
    expect([seen.sick, seen.well]).toEqual([1, wire === 'anthropic' ? 0 : 1]);
  });

  it('before content shows no recovery of an upstream that had failed', async () => {
    const way = { group: 'pair', wire: 'anthropic', form: 'stream' } as const;
    const breaker = () => breakerOf(upstreams.gateway, 'sick-anthropic', 'pair-anthropic-stream');
    await upstreams.gateway.forgetHealth();
    for (let call = 0; call < 5; call++) expectAnswer(await upstreams.askAgain('status=503', way), 'stream');
    expect(await breaker()).toBe('open');
    await until(breaker, (state) => state === 'half-open', 10_000);
    const probe = await upstreams.askAgain('error-event=overloaded_error;at=1e', way);
    expectAnswer(probe, 'stream');
    expect([probe.sick, probe.well, await breaker()]).toEqual([1, 1, 'open']);
  });
});

const breakerOf = async (gateway: GatewayProcess, provider: string, model: string): Promise<string | undefined> => {
  const response = await gateway.get('/admin/v1/targets', { 'x-api-key': TEST_ADMIN_KEY });
  const { data } = (await response.json()) as {
    data: { provider: string; model: string; breaker: { state: string } }[];
  };
  return data.find((one) => one.provider === provider && one.model === model)?.breaker.state;
};
