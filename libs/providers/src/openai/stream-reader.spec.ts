import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { StreamReader } from '#core';
import * as fc from 'fast-check';
import { aDeployment, anOutboundRequest, readMessagesStream, type MessagesTranscript } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';

const FIXTURES = 'libs/testing/fixtures/openai';
const NAMES = readdirSync(FIXTURES).filter((name) => name.endsWith('.sse'));
const fixture = (name: string): Buffer => readFileSync(`${FIXTURES}/${name}`);

/** Its ids are the same every time, so that outputs can be compared byte by byte. */
const aReader = (fields: Record<string, unknown> = {}): StreamReader => {
  const adapter = createOpenAiAdapter({ signingKey: Buffer.from('key'), randomByte: countingBytes() });
  const request = { model: 'claude-sonnet-4-5', max_tokens: 100, messages: [], stop_sequences: ['three'], ...fields };
  return adapter.readStream(anOutboundRequest(request, { stream: true }), aDeployment('deepseek'));
};

const countingBytes = () => {
  let last = 0;
  return () => last++ % 58;
};

const feed = (reader: StreamReader, chunks: Iterable<Buffer>): Buffer => {
  const out: Buffer[] = [];
  for (const chunk of chunks) out.push(reader.push(chunk) ?? Buffer.alloc(0));
  out.push(reader.end() ?? Buffer.alloc(0));
  return Buffer.concat(out);
};

const bytesOf = (input: Buffer): Buffer[] => Array.from(input, (byte) => Buffer.from([byte]));

const read = (
  input: Buffer | string,
  fields?: Record<string, unknown>,
): MessagesTranscript & { reader: StreamReader } => {
  const reader = aReader(fields);
  return { ...readMessagesStream(feed(reader, [Buffer.from(input)])), reader };
};

const chunk = (delta: unknown, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

const cut = (input: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [...new Set(cuts.map((place) => place % (input.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((start, index) => input.subarray(start, places[index] ?? input.length));
};

const VARIANTS: Readonly<Record<string, (text: string) => string>> = {
  'line feeds': (text) => text,
  'carriage returns': (text) => text.replaceAll('\n', '\r'),
  both: (text) => text.replaceAll('\n', '\r\n'),
  'no space after the colon': (text) => text.replaceAll('data: ', 'data:'),
  'no empty line at the end': (text) => text.replace(/\n\n$/, ''),
};

describe('a stream of a chat completion', () => {
  it.each(NAMES)('%s becomes these blocks', (name) => {
    const { message, ending, reader } = read(fixture(name));
    const { content, stop_reason, stop_sequence, stop_details, usage } = message ?? {};

    expect({ ending, content, stop_reason, stop_sequence, stop_details, usage }).toMatchSnapshot(
      'what the caller gets',
    );
    expect(reader.failure).toMatchSnapshot('what went wrong');
  });

  it.each(NAMES)('%s gives the same bytes however it is cut and whatever ends its lines', (name) => {
    const whole = feed(aReader(), [fixture(name)]);
    for (const variant of Object.values(VARIANTS)) {
      const input = Buffer.from(variant(fixture(name).toString()));
      expect(feed(aReader(), bytesOf(input))).toEqual(whole);
      fc.assert(
        fc.property(fc.array(fc.nat(input.length), { maxLength: 12 }), (cuts) => {
          expect(feed(aReader(), cut(input, cuts))).toEqual(whole);
        }),
        { numRuns: 10 },
      );
    }
  });

  it.each(NAMES)('%s never looks whole when it is killed before its finish_reason', (name) => {
    const input = fixture(name);
    const finishAt = input.toString().search(/"finish_reason":"[a-z_]+"/);
    const bytesToFinish = finishAt < 0 ? input.length + 1 : Buffer.byteLength(input.toString().slice(0, finishAt));
    for (let length = 0; length < input.length; length++) {
      const reader = aReader();
      const { ending } = readMessagesStream(feed(reader, [input.subarray(0, length)]));
      if (length <= bytesToFinish) expect(ending).toBe('cut');
      expect(ending === 'whole').toBe(reader.failure === undefined);
      expect(reader.finished).toBe(ending === 'whole');
      expect([undefined, 'cut', 'error-event']).toContain(reader.failure?.kind);
    }
  });

  it('stays in the grammar and never throws, whatever the bytes are', () => {
    const mutated = fc
      .record({
        name: fc.constantFrom(...NAMES),
        edits: fc.array(
          fc.tuple(fc.nat(), fc.constantFrom('', '"', '}', '{', '\n', '\n\n', 'null', '[', '\\u', '0', 'ÿ')),
          {
            maxLength: 6,
          },
        ),
        cuts: fc.array(fc.nat(), { maxLength: 4 }),
      })
      .map(({ name, edits, cuts }) => {
        let text = fixture(name).toString();
        for (const [place, edit] of edits) {
          const at = place % text.length;
          text = text.slice(0, at) + edit + text.slice(at + 1);
        }
        return cut(Buffer.from(text), cuts);
      });

    fc.assert(
      fc.property(mutated, (chunks) => {
        const reader = aReader();
        const { ending } = readMessagesStream(feed(reader, chunks));
        expect(ending === 'whole').toBe(reader.failure === undefined);
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives calls whole however their arguments are interleaved', () => {
    const calls = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(calls, fc.infiniteStream(fc.nat()), (inputs, choices) => {
        const parts = inputs.map((input, index) => [
          { index, id: `call_${index}`, function: { name: `tool_${index}`, arguments: '' } },
          ...(JSON.stringify(input).match(/[^]{1,3}/g) ?? []).map((text) => ({ index, function: { arguments: text } })),
        ]);
        const chunks: string[] = [];
        for (const choice of choices) {
          const left = parts.filter((queue) => queue.length > 0);
          const part = left[choice % left.length]?.shift();
          if (!part) break;
          chunks.push(chunk({ tool_calls: [part] }));
        }
        const { message, ending } = read(`${chunks.join('')}${chunk({}, 'tool_calls')}data: [DONE]\n\n`);

        expect(ending).toBe('whole');
        const blocks = message?.content as { name: string; input: unknown }[];
        expect(Object.fromEntries(blocks.map(({ name, input }) => [name, input]))).toEqual(
          Object.fromEntries(inputs.map((input, index) => [`tool_${index}`, JSON.parse(JSON.stringify(input))])),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('a reader of chat completion streams', () => {
  it('gives a call out while its arguments are still coming', () => {
    const reader = aReader();
    reader.push(
      Buffer.from(chunk({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'read', arguments: '' } }] })),
    );

    const out = reader.push(Buffer.from(chunk({ tool_calls: [{ index: 0, function: { arguments: '{"path":"a' } }] })));

    expect(String(out)).toContain('"partial_json":"{\\"path\\":\\"a"');
    expect(reader.hasContent).toBe(true);
  });

  it('has no content before the first block, so that another upstream may still be asked', () => {
    const reader = aReader();

    expect(String(reader.push(Buffer.from(chunk({ role: 'assistant', content: '' }))))).toContain('message_start');
    expect(reader.hasContent).toBe(false);
    reader.push(fixture('openai-error-first.sse'));
    expect(reader.hasContent).toBe(false);
    expect(reader.failure).toMatchObject({ kind: 'error-event', status: 429, error: { type: 'rate_limit_error' } });
  });

  it('is finished as soon as the counts have come, with the end of the body still out', () => {
    const reader = aReader();
    reader.push(Buffer.from(fixture('openai-text.sse').toString().replace('data: [DONE]\n\n', '')));

    expect(reader.finished).toBe(true);
    expect(reader.stopReason).toBe('end_turn');
    expect(reader.model).toBe('gpt-5.2-2025-12-11');
  });

  it('puts split emoji together before it gives them out', () => {
    const out = feed(aReader(), [fixture('compatible-split-emoji.sse')]).toString();

    expect(out).toContain('🚀');
    expect(out.isWellFormed()).toBe(true);
    expect(out).not.toMatch(/\\ud[89a-f]/);
  });

  it('shows no thinking to a caller who wants it omitted, but signs it', () => {
    const { message } = read(fixture('deepseek-reasoning-tool.sse'), {
      thinking: { type: 'adaptive', display: 'omitted' },
    });

    expect(message?.content).toMatchObject([
      { type: 'thinking', thinking: '', signature: expect.stringMatching(/^~swy1\./) },
      { type: 'text' },
      { type: 'tool_use' },
    ]);
  });

  it.each([
    ['HTML', '<html><body>Bad gateway</body></html>', 'bad-answer'],
    ['a whole JSON answer', '{"id":"x","choices":[]}', 'bad-answer'],
    ['a JSON error', '{"error":{"message":"no","code":"invalid_api_key"}}', 'error-event'],
    ['an empty body', '', 'cut'],
    ['comments only', ': keep-alive\n\n: keep-alive\n\n', 'cut'],
    ['an end without an answer', 'data: [DONE]\n\n', 'cut'],
    ['broken JSON', `${chunk({ content: 'a' })}data: {"choices":\n\n${chunk({}, 'stop')}`, 'bad-answer'],
    ['something else than an object', 'data: 5\n\n', 'bad-answer'],
    ['an error under the name of error', 'event: error\ndata: {"message":"overloaded"}\n\n', 'error-event'],
    ['calls that never came', chunk({}, 'tool_calls'), 'bad-answer'],
    ['a reason that nobody knows', chunk({ content: 'a' }, 'abort'), 'bad-answer'],
    [
      'a call without a name',
      chunk({ tool_calls: [{ index: 0, id: 'a', function: { arguments: '{}' } }] }, 'tool_calls'),
      'bad-answer',
    ],
    [
      'a call with a list',
      chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '[1]' } }] }, 'tool_calls'),
      'bad-answer',
    ],
  ])('fails on %s', (_, input, kind) => {
    const { ending, reader } = read(input);

    expect(ending).toBe('cut');
    expect(reader.failure?.kind).toBe(kind);
  });

  it('needs nothing more than the finish_reason, when the body ends inside a later event', () => {
    const { ending, message } = read(`${chunk({ content: 'a' })}${chunk({}, 'stop')}data: {"choices":[],"usa`);

    expect(ending).toBe('whole');
    expect(message?.stop_reason).toBe('end_turn');
  });

  it('does not take counts of nothing for the last ones', () => {
    const finish = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { completion_tokens: 0 } };
    const last = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } };

    const { reader } = read(`data: ${JSON.stringify(finish)}\n\ndata: ${JSON.stringify(last)}\n\n`);

    expect(reader.usage).toMatchObject({ input: 7, output: 3 });
  });

  it('holds back no more than 8 MB of calls that wait for their turn', () => {
    const reader = aReader();
    const call = (index: number, text: string) =>
      Buffer.from(chunk({ tool_calls: [{ index, id: `call_${index}`, function: { name: 'f', arguments: text } }] }));
    reader.push(call(0, '{"never":"'));
    for (let megabytes = 0; megabytes < 9; megabytes++) reader.push(call(1, `{"a":"${'x'.repeat(1024 * 1024)}`));

    expect(reader.failure?.kind).toBe('bad-answer');
  });

  it('keeps no more than 8 MB of an event that does not end', () => {
    const reader = aReader();
    const piece = Buffer.alloc(1024 * 1024, 'a');
    reader.push(Buffer.from('data: '));
    for (let megabytes = 0; megabytes < 8; megabytes++) reader.push(piece);

    expect(reader.failure?.kind).toBe('bad-answer');
    expect(reader.push(piece)).toBeUndefined();
  });

  it('gives every call an id of its own, even when the upstream does not', () => {
    const call = (name: string, index: number) => ({ index, id: 'same', function: { name, arguments: '{}' } });
    const { message } = read(`${chunk({ tool_calls: [call('a', 0), call('b', 1)] })}${chunk({}, 'tool_calls')}`);

    const [first, second] = (message?.content ?? []) as { id: string }[];
    expect(first?.id).toBe('same');
    expect(second?.id).toMatch(/^toolu_01/);
  });

  describe('of a server that numbers every call 0 and gives no ids', () => {
    const piece = (name: string | undefined, json: string) =>
      chunk({ tool_calls: [{ index: 0, function: { name, arguments: json } }] });
    const calls = (...pieces: string[]) => {
      const { message } = read(`${pieces.join('')}${chunk({}, 'tool_calls')}`);
      const blocks = (message?.content ?? []) as { name: string; input: unknown }[];
      return blocks.map(({ name, input }) => [name, input]);
    };

    it('begins another call with a new name, once the JSON of the first has closed', () => {
      expect(calls(piece('a', '{"x":'), piece(undefined, '1}'), piece('b', ''), piece(undefined, '{"y":2}'))).toEqual([
        ['a', { x: 1 }],
        ['b', { y: 2 }],
      ]);
    });

    it('begins another call with a new name behind one without arguments', () => {
      expect(calls(piece('a', ''), piece('b', '{"y":2}'))).toEqual([
        ['a', {}],
        ['b', { y: 2 }],
      ]);
    });

    it('begins another call of the same name when more arguments come', () => {
      expect(calls(piece('a', '{"x":1}'), piece('a', '{"x":2}'))).toEqual([
        ['a', { x: 1 }],
        ['a', { x: 2 }],
      ]);
    });

    it('stays with the call when its name is only said again', () => {
      expect(calls(piece('a', '{"x":'), piece('a', '1'), piece('a', '}'), piece('a', ''))).toEqual([['a', { x: 1 }]]);
    });
  });

  it('takes a piece without index and name for the call before it, whatever id it has', () => {
    const pieces = [
      { id: 'a1', function: { name: 'f', arguments: '{"x":' } },
      { id: 'a2', function: { arguments: '1}' } },
    ];
    const chunks = pieces.map((piece) => chunk({ tool_calls: [piece] }));

    const { message } = read(`${chunks.join('')}${chunk({}, 'tool_calls')}`);

    expect(message?.content).toEqual([{ type: 'tool_use', id: 'a1', name: 'f', input: { x: 1 } }]);
  });

  it('estimates the output when the upstream never says', () => {
    const { message, reader } = read(`${chunk({ content: 'x'.repeat(400) })}${chunk({}, 'stop')}`);

    expect(message?.usage).toMatchObject({ output_tokens: 100 });
    expect(reader.usage.output).toBeNull();
    expect(reader.outputChars).toBe(400);
  });
});
