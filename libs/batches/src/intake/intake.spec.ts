import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ChunkSink } from './chunk-writer.js';
import { type IntakeOptions, takeIn } from './intake.js';
import { BATCH_LIMITS } from './limits.js';

class MemorySink implements ChunkSink {
  readonly written = new Map<number, string>();
  writes = 0;
  discards = 0;

  async write(index: number, lines: Buffer): Promise<void> {
    this.writes++;
    await nextTurn();
    this.written.set(index, lines.toString());
  }

  async discard(): Promise<void> {
    this.discards++;
    this.written.clear();
  }
}

const aRequest = (id: string | number, filler = ''): string =>
  JSON.stringify({ custom_id: `id-${id}`, params: { model: 'm', max_tokens: 1, filler } });

/** As a network gives it: the borders of the requests are not those of the pieces. */
async function* bodyOf(requests: Iterable<string>): AsyncGenerator<Buffer> {
  let held = '{"requests":[';
  let separator = '';
  for (const text of requests) {
    held += separator + text;
    separator = ',';
    if (held.length < 20_000) continue;
    yield Buffer.from(held.slice(0, 20_000));
    held = held.slice(20_000);
  }
  yield Buffer.from(`${held}]}`);
}

function* numbered(count: number, filler = ''): Generator<string> {
  for (let index = 0; index < count; index++) yield aRequest(index, filler);
}

const refusal = async (body: AsyncIterable<Buffer>, sink: MemorySink, options?: IntakeOptions): Promise<unknown> => {
  const error: unknown = await takeIn(body, sink, options).catch((reason: unknown) => reason);
  // Whatever it was, nothing is left of it.
  expect(sink.written.size).toBe(0);
  expect(sink.discards).toBe(1);
  return error;
};

describe('a batch that is taken in', () => {
  it('is a line for each request, in order, in chunks that the manifest describes', async () => {
    const sink = new MemorySink();

    const { lines, bytes, chunks } = await takeIn(bodyOf(numbered(1000)), sink);

    const written = chunks.map(({ index }) => sink.written.get(index) ?? '');
    expect(written.join('')).toBe(Array.from(numbered(1000), (line) => `${line}\n`).join(''));
    expect({ lines, bytes }).toEqual({ lines: 1000, bytes: written.join('').length });
    let firstLine = 0;
    for (const [index, chunk] of chunks.entries()) {
      const text = written[index] ?? '';
      const sha256 = createHash('sha256').update(text).digest('hex');
      const count = text.split('\n').length - 1;
      expect(chunk).toEqual({ index, firstLine, lines: count, bytes: text.length, sha256 });
      firstLine += count;
    }
    expect(sink.discards).toBe(0);
  });

  it('has no chunk above 4 MB but for a single line that is larger', async () => {
    const sizes = [3, 2, 1, 1, 9, 1, 3, 1].map((megabytes) => megabytes * 1024 * 1024 - 100);
    const requests = sizes.map((size, index) => aRequest(index, 'x'.repeat(size)));
    const sink = new MemorySink();

    const { chunks } = await takeIn(bodyOf(requests), sink);

    expect(chunks.map((chunk) => chunk.lines)).toEqual([1, 3, 1, 2, 1]);
    expect(Array.from(sink.written.values()).join('')).toBe(requests.map((line) => `${line}\n`).join(''));
  });

  it('lets others work meanwhile, though all of it is there', async () => {
    async function* atOnce(): AsyncGenerator<Buffer> {
      yield Buffer.from(`{"requests":[${Array.from(numbered(10_000, 'x'.repeat(2000))).join()}]}`);
    }
    let turns = 0;
    const others = setInterval(() => turns++, 1);

    await takeIn(atOnce(), { write: async () => undefined, discard: async () => undefined });

    clearInterval(others);
    expect(turns).toBeGreaterThan(5);
  });

  it('is written while it arrives, with a bounded number of writes and bytes under way', async () => {
    let writes = 0;
    let bytes = 0;
    const most = { writes: 0, bytes: 0 };
    const slow: ChunkSink = {
      async write(_, lines) {
        most.writes = Math.max(most.writes, ++writes);
        most.bytes = Math.max(most.bytes, (bytes += lines.length));
        for (let turn = 0; turn < 50; turn++) await nextTurn();
        writes--;
        bytes -= lines.length;
      },
      discard: async () => undefined,
    };

    await takeIn(bodyOf(numbered(3000, 'x'.repeat(100))), slow);
    expect(most.writes).toBe(8);
    await takeIn(bodyOf(numbered(3000, 'x'.repeat(10_000))), slow);
    expect(most.bytes).toBeGreaterThan(4 * 1024 * 1024);
    expect(most.bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  });
});

function* spoiltAt(place: number, text: string): Generator<string> {
  yield* numbered(place);
  yield text;
}

const MEGABYTE = 'x'.repeat(1024 * 1024);

/** As large as asked for to the byte, and never in memory as a whole. */
async function* ofSize(size: number): AsyncGenerator<Buffer> {
  const head = Buffer.from('{"requests":[');
  yield head;
  let left = size - head.length - 2;
  for (let index = 0; left > 0; index++) {
    const text = Buffer.from(`${index ? ',' : ''}${aRequest(index, MEGABYTE)}`);
    const isLast = left < 2 * text.length;
    const spaces = isLast ? left - text.length : 0;
    yield text;
    yield Buffer.alloc(spaces, ' ');
    left = isLast ? 0 : left - text.length;
  }
  yield Buffer.from(']}');
}

describe('a batch that is refused leaves nothing', () => {
  it('for 100,001 requests, whereas 100,000 are taken in', async () => {
    const sink = new MemorySink();

    const error = await refusal(bodyOf(numbered(100_001)), sink);

    expect(error).toMatchObject({ status: 400, message: 'requests: List should have at most 100000 items' });
    expect(sink.writes).toBeGreaterThan(300);
    expect((await takeIn(bodyOf(numbered(100_000)), new MemorySink())).lines).toBe(100_000);
  }, 120_000);

  it('for 256 MB and one byte, whereas 256 MB are taken in', async () => {
    const counting = new MemorySink();
    counting.write = async () => {
      counting.writes++;
    };

    const error = await refusal(ofSize(BATCH_LIMITS.bytes + 1), counting);

    expect(error).toMatchObject({
      status: 413,
      error: { type: 'request_too_large', message: 'Request exceeds the maximum size of 268435456 bytes.' },
    });
    expect((await takeIn(ofSize(BATCH_LIMITS.bytes), counting)).bytes).toBeGreaterThan(255 * MEGABYTE.length);
  }, 120_000);

  it.each([
    ['a broken request', '{"custom_id":"x","params":{"a":}}', 'requests.99999: not valid JSON: Expected a value'],
    ['an id of another form', '{"custom_id":"../x","params":{}}', 'requests.99999.custom_id: String should match'],
    ['no params', '{"custom_id":"x"}', 'requests.99999.params: Field required'],
    ['no object', '5', 'requests.99999: Input should be a valid dictionary'],
    ['a depth bomb', `{"custom_id":"x","params":${'[{"a":'.repeat(2_500_000)}`, 'requests.99999: Nested deeper'],
    ['an id twice', aRequest(7), "requests.99999.custom_id: 'id-7' is the custom_id of requests.7 already"],
  ])('for %s in the last place', async (_, text, message) => {
    const error = await refusal(bodyOf(spoiltAt(99_999, text)), new MemorySink());

    expect(error).toMatchObject({ status: 400, message: expect.stringContaining(message) });
  });

  it('for a caller who hangs up half-way', async () => {
    const sink = new MemorySink();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const upload = request({ port, method: 'POST', headers: { 'content-length': 1_000_000 } });
    upload.on('error', () => undefined);
    upload.write('{"requests":[');
    for (const text of numbered(500)) upload.write(`${text},`);
    const [incoming] = await once(server, 'request');
    const error = refusal(incoming, sink);
    while (sink.writes === 0) await nextTurn();

    upload.destroy();

    expect(await error).toMatchObject({ status: 400, message: 'The request body was cut off.' });
    server.close();
  });
});

describe('a store that fails', () => {
  it('ends the intake with its own error at the next piece, after all writes have ended', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const sink = new MemorySink();
    const write = sink.write.bind(sink);
    let ended = 0;
    sink.write = async (index, lines) => {
      await write(index, lines);
      if (index === 2) throw full;
      for (let turn = 0; turn < (index === 1 ? 100 : 0); turn++) await nextTurn();
      ended++;
    };
    let endedAtDiscard: number | undefined;
    const discard = sink.discard.bind(sink);
    sink.discard = async () => {
      endedAtDiscard = ended;
      await discard();
    };
    let pulled = 0;
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const piece of bodyOf(numbered(100_000))) {
        pulled++;
        await nextTurn();
        yield piece;
      }
    }

    expect(await refusal(counted(), sink)).toBe(full);

    expect(endedAtDiscard).toBe(sink.writes - 1);
    expect(pulled).toBeLessThan(50);
  });

  it('is told of when it failed in the last write', async () => {
    const sink = new MemorySink();
    sink.write = async () => {
      throw new Error('away');
    };

    expect(await refusal(bodyOf(numbered(3)), sink)).toMatchObject({ message: 'away' });
  });

  it('does not hide the reason when it cannot even discard', async () => {
    const sink: ChunkSink = {
      write: async () => undefined,
      discard: async () => {
        throw new Error('away');
      },
    };

    await expect(takeIn(bodyOf(['5']), sink)).rejects.toThrow('requests.0: Input should be a valid dictionary');
  });
});
