import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { provider, TEST_KEY, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { Yard } from '../yard.js';
import { type Traces, tracesIn, untilOnly } from './traces.js';
import { batchOf, batchWeighing, blanks, sendHalf, upload } from './upload.js';

const MOST_BYTES = 256 * 1024 * 1024;
const MOST_LINES = 100_000;

describe('an upload that cannot be a batch', () => {
  let simulator: Simulator;
  let yard: Yard;
  let before: Traces;
  const url = (): string => `${yard.gateway.url}/v1/messages/batches`;

  beforeAll(async () => {
    simulator = await startSimulator();
    const config = testConfig({
      providers: { a: provider('anthropic', simulator.url) },
      models: { '*': { targets: [{ provider: 'a' }] } },
    });
    yard = await Yard.open(config, { workers: 0 });
  }, 60_000);
  beforeEach(async () => {
    before = await tracesIn(yard);
  });
  afterAll(() => Promise.all([yard?.close(), simulator?.close()]));

  const refused = async (
    body: Iterable<Buffer>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; type: string; message: string }> => {
    const { status, body: answer } = await upload(url(), body, headers);
    await untilOnly(before, yard);
    return { status, ...answer.error };
  };
  const invalid = (message: string) => ({
    status: 400,
    type: 'invalid_request_error',
    message: expect.stringContaining(message),
  });

  it('has too many lines', async () => {
    expect(await refused(batchOf(MOST_LINES + 1))).toEqual(invalid('at most 100000 items'));
  });

  const tooLarge = expect.objectContaining({ status: 413, type: 'request_too_large' });

  it('weighs a byte too much, as it declares', async () => {
    const declared = { 'content-length': String(MOST_BYTES + 1) };
    expect(await refused(blanks(MOST_BYTES + 1), declared)).toEqual(tooLarge);
  });

  (process.env.SWITCHYARD_LONG ? describe : describe.skip)('as only its end shows,', () => {
    it('weighs a byte too much', async () => {
      expect(await refused(batchWeighing(MOST_BYTES + 1))).toEqual(tooLarge);
    });
  });

  it('has a bad line at the very end', async () => {
    const bad = { [MOST_LINES - 1]: '{"custom_id":"bad id","params":{}}' };
    expect(await refused(batchOf(MOST_LINES, bad))).toEqual(invalid('requests.99999.custom_id'));
  });

  it('has a bad line at the beginning of much, and says so before the rest has come', async () => {
    expect(await refused(batchOf(MOST_LINES, { 1: '{"custom_id":"a"}' }))).toEqual(invalid('requests.1.params'));
  });

  it('is refused in words that also a caller reads whose connection is not kept', async () => {
    const body = batchOf(MOST_LINES, { 1: '{"custom_id":"a"}' });
    expect((await upload(url(), body, { connection: 'close' })).status).toBe(400);
  });

  it('has an id twice', async () => {
    const twice = { 50_000: '{"custom_id":"line-7","params":{}}' };
    expect(await refused(batchOf(60_000, twice))).toEqual(invalid('requests.50000.custom_id'));
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['no requests', '{}'],
    ['an empty list', '{"requests":[]}'],
    ['half of it', '{"requests":[{"custom_id":"a","params":{'],
    ['more behind it', '{"requests":[{"custom_id":"a","params":{}}]}{}'],
    ['another field', '{"requests":[{"custom_id":"a","params":{}}],"model":"m"}'],
    ['a path as an id', '{"requests":[{"custom_id":"../../etc/passwd","params":{}}]}'],
    ['NUL in an id', '{"requests":[{"custom_id":"a\\u0000","params":{}}]}'],
    ['a long id', `{"requests":[{"custom_id":"${'a'.repeat(65)}","params":{}}]}`],
    ['params that are no object', '{"requests":[{"custom_id":"a","params":"{}"}]}'],
  ])('is %s', async (_what, body) => {
    expect(await refused([Buffer.from(body)])).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonl'])('comes as %s', async (type) => {
    expect(await refused(batchOf(2), { 'content-type': type })).toEqual(invalid('application/json'));
  });

  it('says nothing of what it is', async () => {
    const response = await fetch(url(), { method: 'POST', headers: { 'x-api-key': TEST_KEY } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('empty') } });
    expect(await untilOnly(before, yard)).toEqual(before);
  });

  it.each([
    ['x-switchyard-priority', 'soon', 'priority'],
    ['idempotency-key', 'k'.repeat(256), 'idempotency-key'],
    ['x-switchyard-webhook-url', 'http://127.0.0.1/hook', 'webhook'],
  ])('has a bad %s', async (name, value, message) => {
    expect(await refused(batchOf(MOST_LINES), { [name]: value })).toEqual(invalid(message));
  });

  it('is cut off half-way', async () => {
    const socket = sendHalf(url(), Buffer.concat([...batchOf(20_000)]));
    await until(
      () => tracesIn(yard),
      ({ files }) => files.length > before.files.length,
    );
    socket.destroy();
    expect(await untilOnly(before, yard)).toEqual(before);
  });

  it('leaves its connection fit for the next call', async () => {
    const { hostname, port } = new URL(url());
    const socket = connect(Number(port), hostname);
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    const body = Buffer.concat([...batchOf(MOST_LINES, { 1: '{}' })]);
    const head = `host: a\r\nx-api-key: ${TEST_KEY}\r\n`;
    socket.write(
      `POST /v1/messages/batches HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    socket.write(`GET /v1/messages/batches HTTP/1.1\r\n${head}connection: close\r\n\r\n`);
    await once(socket, 'end');
    expect(
      Buffer.concat(heard)
        .toString()
        .match(/HTTP\/1.1 \d+/g),
    ).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
    socket.destroy();
  });
});
