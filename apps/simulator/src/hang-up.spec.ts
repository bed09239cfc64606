import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from './ledger/ledger-entry.js';
import { type Simulator, startSimulator } from './simulator.js';
import { networkError, SimulatorClient } from './testing/simulator-client.js';

let simulator: Simulator;
let client: SimulatorClient;

beforeAll(async () => {
  simulator = await startSimulator();
  client = new SimulatorClient(simulator);
});

beforeEach(() => simulator.reset());

afterAll(() => simulator.close());

/** Reads until the stream has said something. */
const firstBytes = async (response: Response): Promise<void> => {
  await response.body?.getReader().read();
};

describe('a caller who hangs up', () => {
  it.each(['stall', 'delay=60000'])('while waiting for headers, with %s', async (directives) => {
    const abort = new AbortController();
    const call = networkError(client.stream(directives, abort.signal));
    await simulator.ledger.waitFor((entry) => entry.model !== null);
    const aborted = simulator.ledger.nextAbort();
    abort.abort();
    await call;

    expect(await aborted).toMatchObject({ outcome: 'aborted', status: null, finished_at: null, bytes_sent: 0 });
  });

  it.each(['stall=4', 'gap=60000', 'silence=60000;at=3', 'first-byte=60000;stall=0'])(
    'in the middle of a stream, with %s',
    async (directives) => {
      const abort = new AbortController();
      const response = await client.stream(directives, abort.signal);
      if (!directives.startsWith('first-byte')) await firstBytes(response);
      const aborted = simulator.ledger.nextAbort();
      const start = performance.timeOrigin + performance.now();
      abort.abort();
      const entry = await aborted;

      expect(entry).toMatchObject({ outcome: 'aborted', status: 200, finished_at: null });
      expect((entry.aborted_at ?? 0) - start).toBeLessThan(50);
      expect(simulator.ledger.counts()).toMatchObject({ aborted: 1, open: 0 });
    },
  );

  it('before the request was whole', async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    socket.write('POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: key\r\ncontent-length: 100\r\n\r\n{"mod');
    await simulator.ledger.waitFor(() => true);
    const aborted = simulator.ledger.nextAbort();
    socket.destroy();

    expect(await aborted).toMatchObject({ status: null, model: null });
  });
});

describe('a caller who reads slowly', () => {
  const request = (directives: string): string => {
    const body = JSON.stringify({
      model: `sim@${directives}`,
      stream: true,
      max_tokens: 10,
      messages: [{ role: 'user', content: 'x' }],
    });
    return (
      'POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: key\r\nanthropic-version: 2023-06-01\r\nconnection: close\r\n' +
      `content-length: ${body.length}\r\n\r\n${body}`
    );
  };

  /** Everything there is to read, but only its length. */
  const drain = async (socket: Socket): Promise<number> => {
    let length = 0;
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    socket.resume();
    await once(socket, 'end');
    return length;
  };

  /** What has been sent once nothing more is sent for a thousand turns of the loop: the buffers in between are full. */
  const sentAtRest = async (entry: LedgerEntry): Promise<number> => {
    let sent = -1;
    for (let turns = 0; turns < 1000; turns++) {
      if (entry.bytes_sent !== sent) turns = 0;
      sent = entry.bytes_sent;
      await new Promise(setImmediate);
    }
    return sent;
  };

  it.each(['bytes=60000000', 'bytes=60000000;garbage=1', 'huge-line=60000000;tokens=1'])(
    'is waited for, and what he does not read is not made, with %s',
    async (directives) => {
      const socket = connect(simulator.port, '127.0.0.1').pause();
      socket.write(request(directives));
      const entry = await simulator.ledger.waitFor(({ status }) => status !== null);

      expect(await sentAtRest(entry)).toBeLessThan(20_000_000);
      expect(entry.outcome).toBe('open');
      expect(await drain(socket)).toBeGreaterThan(60_000_000);
      await simulator.ledger.waitFor(({ outcome }) => outcome !== 'open');
      expect(entry.bytes_sent).toBeGreaterThan(60_000_000);
    },
  );
});
