import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from './simulator.js';
import { SimulatorClient } from './testing/simulator-client.js';

let simulator: Simulator;
let client: SimulatorClient;

beforeAll(async () => {
  simulator = await startSimulator({ behaviour: 'tokens=3' });
  client = new SimulatorClient(simulator);
});

beforeEach(() => simulator.reset());

afterAll(() => simulator.close());

const control = async (method: string, path: string, body?: string): Promise<unknown> => {
  const response = await fetch(simulator.url + path, { method, body });
  return response.json();
};

/** A call that has been answered and written down. */
const called = async (fields: Record<string, unknown> = {}): Promise<void> => {
  await (await client.messages(fields)).text();
  await simulator.ledger.waitFor(({ outcome }) => outcome !== 'open');
};

describe('the ledger over HTTP', () => {
  it('shows every call as it was sent and as it ended', async () => {
    await called({ model: 'sim@label=shown', stream: true });
    const sent = JSON.stringify({
      model: 'sim@label=shown',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'Hello 🚂 world' }],
      stream: true,
    });

    const entries = (await control('GET', '/ledger')) as Record<string, unknown>[];

    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      wire: 'anthropic',
      method: 'POST',
      path: '/v1/messages',
      credential: 'key',
      headers: { 'anthropic-version': '2023-06-01' },
      model: 'sim@label=shown',
      stream: true,
      directives: 'tokens=3;label=shown',
      body_sha256: createHash('sha256').update(sent).digest('hex'),
      body_length: Buffer.byteLength(sent),
      aborted_at: null,
      status: 200,
      outcome: 'answered',
    });
    const { received_at, finished_at, bytes_sent } = entries[0] as Record<string, number>;
    expect(finished_at).toBeGreaterThan(received_at ?? Infinity);
    expect(Math.abs(Date.now() - (received_at ?? 0))).toBeLessThan(10_000);
    expect(bytes_sent).toBeGreaterThan(100);
  });

  it('gives back the bytes of a body', async () => {
    await called({ model: 'sim@label=body' });
    const [entry] = (await control('GET', '/ledger')) as { seq: number }[];
    const body = await fetch(`${simulator.url}/ledger/${entry?.seq}/body`);

    expect(body.headers.get('content-type')).toBe('application/octet-stream');
    expect(await body.json()).toMatchObject({ model: 'sim@label=body' });
    expect((await fetch(`${simulator.url}/ledger/999999/body`)).status).toBe(404);
  });

  it('can be narrowed, counted and cleared', async () => {
    await called({ model: 'one' });
    await called({ model: 'two@status=500' });
    await called({ model: 'two', foo: 1 });
    const [first] = simulator.ledger.entries();

    expect(await control('GET', '/ledger?model=one')).toHaveLength(1);
    expect(await control('GET', `/ledger?since=${first?.seq}`)).toHaveLength(2);
    expect(await control('GET', '/ledger?outcome=faulted')).toHaveLength(1);
    expect(await control('GET', '/ledger?credential=nobody')).toHaveLength(0);
    expect(await control('GET', '/ledger/count')).toMatchObject({
      seen: 3,
      answered: 1,
      faulted: 1,
      refused: 1,
      open: 0,
    });
    await control('DELETE', '/ledger');
    expect(await control('GET', '/ledger')).toEqual([]);
  });
});

describe('the behaviour over HTTP', () => {
  it('is what it was started with until it is replaced, and again after a reset', async () => {
    expect(await control('GET', '/behaviour')).toEqual({ behaviour: 'tokens=3' });
    await control('PUT', '/behaviour', 'status=503');
    expect((await client.messages()).status).toBe(503);
    await control('POST', '/reset');
    expect((await client.messages()).status).toBe(200);
    expect(await control('GET', '/ledger/count')).toMatchObject({ seen: 1 });
  });

  it('refuses what it cannot read, and keeps what it had', async () => {
    expect(await control('PUT', '/behaviour', 'nonsense')).toEqual({ error: expect.stringContaining('nonsense') });
    expect(await control('GET', '/behaviour')).toEqual({ behaviour: 'tokens=3' });
  });
});

describe('starting', () => {
  it('rejects a behaviour that cannot be read', async () => {
    await expect(startSimulator({ behaviour: 'nonsense' })).rejects.toThrow(/no directive "nonsense"/);
  });

  it('rejects a port that is taken', async () => {
    await expect(startSimulator({ port: simulator.port })).rejects.toThrow(/EADDRINUSE/);
  });

  it('takes options that are there but undefined for their defaults', async () => {
    const other = await startSimulator({ seed: undefined, host: undefined, behaviour: undefined });

    expect(other.url).toBe(`http://127.0.0.1:${other.port}`);
    await other.close();
  });

  it('has no other paths', async () => {
    expect(await control('GET', '/v1/nothing')).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: 'Not found' },
    });
  });
});

describe('the express lane', () => {
  it('answers without parsing, in the model’s name and as the directives say', async () => {
    const express = await startSimulator({ express: true, ledger: 'counts' });
    const fast = new SimulatorClient(express);
    const whole = await (await fast.messages({ model: 'any@tokens=4', foo: 1 })).json();
    const streamed = await (await fast.stream('tokens=4')).text();
    const again = await (await fast.stream('tokens=4')).text();
    const failed = await fast.stream('status=529');

    expect(whole).toMatchObject({ model: 'any@tokens=4', usage: { output_tokens: 4 } });
    expect(streamed.match(/text_delta/g)).toHaveLength(4);
    expect(again).toBe(streamed);
    expect(failed.status).toBe(529);
    expect(express.ledger.counts()).toMatchObject({ seen: 4 });
    expect(express.ledger.entries()).toEqual([]);
    await express.close();
  });
});
