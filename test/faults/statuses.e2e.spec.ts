import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVERY_WAY, FORMS, expectAnswer, expectError, TwoUpstreams } from './two-upstreams.js';

interface Row {
  /** What the upstream answers. */
  status: number;
  /** In which words, where they matter. */
  message?: string;
  /** What the caller is told when there is no other upstream. */
  told: { status: number; type: string };
  /** Where a wire with other words for errors makes it something else. */
  toldOverOpenAi?: { status: number; type: string };
  /** Whether another upstream may do better. */
  mended: boolean;
}

const verdict = (status: number, type = 'invalid_request_error'): Row => ({
  status,
  told: { status, type },
  mended: false,
});
const trouble = (status: number, toldStatus: number, type = 'api_error'): Row => ({
  status,
  told: { status: toldStatus, type },
  mended: true,
});

const ROWS: readonly Row[] = [
  verdict(400),
  verdict(409, 'conflict_error'),
  verdict(413, 'request_too_large'),
  verdict(418),
  { ...verdict(422), toldOverOpenAi: { status: 400, type: 'invalid_request_error' } },
  trouble(302, 502),
  trouble(401, 503),
  trouble(402, 503),
  trouble(403, 503),
  { ...trouble(404, 503), message: 'model: nope' },
  trouble(408, 504, 'timeout_error'),
  trouble(429, 429, 'rate_limit_error'),
  trouble(500, 500),
  trouble(501, 501),
  trouble(502, 502),
  trouble(503, 503),
  trouble(504, 504, 'timeout_error'),
  trouble(529, 529, 'overloaded_error'),
];

/** One verdict in the words of either wire. Clients read the numbers. */
const TOO_LONG = {
  anthropic: 'prompt is too long: 212000 tokens > 200000 maximum',
  openai: "This model's maximum context length is 200000 tokens. However, your messages resulted in 212000 tokens.",
};

/** What the upstream is told to do. */
const faultOf = ({ status, message }: Row): string =>
  message === undefined ? `status=${status}` : `status=${status};message=${encodeURIComponent(message)}`;

const WAYS = ROWS.flatMap((row) => EVERY_WAY.map(([wire, form]) => ({ ...row, wire, form })));

describe('an upstream that answers with an error status', () => {
  let upstreams: TwoUpstreams;

  beforeAll(async () => {
    upstreams = await TwoUpstreams.start();
  });

  afterAll(() => upstreams.stop());

  it.each(WAYS)('$status over $wire, $form: tells the caller as much as concerns it', async (row) => {
    const { wire, form, told, toldOverOpenAi = told } = row;
    const seen = await upstreams.alone(faultOf(row), wire, form);
    expectError(seen, wire === 'openai' ? toldOverOpenAi : told);
    expect(seen.sick).toBe(1);
  });

  it.each(WAYS)('$status over $wire, $form: asks another upstream: $mended', async (row) => {
    const { wire, form, mended, told, toldOverOpenAi = told } = row;
    const seen = await upstreams.pair(faultOf(row), wire, form);
    expect([seen.sick, seen.well]).toEqual([1, mended ? 1 : 0]);
    if (mended) expectAnswer(seen, form);
    else expectError(seen, wire === 'openai' ? toldOverOpenAi : told);
  });

  it.each(EVERY_WAY)('tells of the attempts in headers, over %s, %s', async (wire, form) => {
    const { headers } = await upstreams.pair('status=503', wire, form);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-switchyard-provider': `well-${wire}`,
      'x-switchyard-attempts': `sick-${wire}/main/pair-${wire}-${form}=503, well-${wire}/main/pair-${wire}-${form}=200`,
      'x-switchyard-attempt-count': '2',
      'server-timing': expect.stringMatching(/^switchyard;dur=[\d.]+, upstream;dur=[\d.]+$/),
    });
  });

  it.each(EVERY_WAY)('passes on what it says of the request, over %s, %s', async (wire, form) => {
    const seen = await upstreams.pair(`status=400;message=${encodeURIComponent(TOO_LONG[wire])}`, wire, form);
    const words = expectError(seen, { status: 400, type: 'invalid_request_error' });
    expect(words).toBe('prompt is too long: 212000 tokens > 200000 maximum');
  });

  it.each(EVERY_WAY)('keeps to itself what it says of the account, over %s, %s', async (wire, form) => {
    for (const status of [401, 403, 429]) {
      const seen = await upstreams.alone(`status=${status};message=account-0815`, wire, form);
      expect(seen.text).not.toContain('account-0815');
    }
  });

  it.each(FORMS)('leaves to the caller that a file is missing, and goes on using the upstream, %s', async (form) => {
    const fault = `status=404;message=${encodeURIComponent('File not found: model')}`;
    const seen = await upstreams.pair(fault, 'anthropic', form);
    expect(expectError(seen, { status: 404, type: 'not_found_error' })).toBe('File not found: model');
    const next = await upstreams.askAgain('', { group: 'pair', wire: 'anthropic', form });
    expectAnswer(next, form);
    expect([seen.sick, seen.well, next.sick, next.well]).toEqual([1, 0, 1, 0]);
  });

  it('gives the caller no word of an error page', async () => {
    for (const [wire, form] of EVERY_WAY)
      for (const body of ['html', 'empty', 'garbage'])
        for (const status of [400, 500]) {
          const seen = await upstreams.alone(`status=${status};body=${body}`, wire, form);
          const type = status === 400 ? 'invalid_request_error' : 'api_error';
          expect(expectError(seen, { status, type })).toBe(`The upstream answered with status ${status}.`);
        }
  });

  it('does not follow a redirect', async () => {
    const { well } = upstreams;
    for (const status of [301, 302, 303, 307, 308])
      for (const [wire, form] of EVERY_WAY) {
        const before = well.ledger.counts().seen;
        const place = encodeURIComponent(`location:${well.url}/v1/messages`);
        const seen = await upstreams.alone(`status=${status};header=${place}`, wire, form);
        expectError(seen, { status: 502, type: 'api_error' });
        expect(seen.headers.get('location')).toBeNull();
        expect([seen.sick, well.ledger.counts().seen]).toEqual([1, before]);
      }
  });
});
