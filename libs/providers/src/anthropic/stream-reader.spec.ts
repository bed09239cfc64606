import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { encodeEvent } from '#core';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import { AnthropicStreamReader } from './stream-reader.js';

const fixture = (name: string): Buffer => readFileSync(`libs/testing/fixtures/anthropic/${name}.sse`);

const COMPLETE = ['text', 'thinking-and-tools', 'refusal', 'server-tool'];

const withEndings = (bytes: Buffer, ending: string): Buffer => Buffer.from(bytes.toString().replaceAll('\n', ending));

/** What came out, push by push, and the reader as it was left. */
const run = (chunks: readonly Buffer[]) => {
  const reader = new AnthropicStreamReader();
  const outputs = [...chunks.map((chunk) => reader.push(chunk)), reader.end()].filter((output) => output !== undefined);
  return { reader, outputs, text: Buffer.concat(outputs).toString() };
};

const cutAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const cuts = [0, ...places.map((place) => place % bytes.length), bytes.length].toSorted((one, other) => one - other);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
};

const eventNames = (text: string): (string | undefined)[] => {
  const names: (string | undefined)[] = [];
  createParser({ onEvent: ({ event }) => names.push(event) }).feed(text);
  return names;
};

const START = encodeEvent({
  type: 'message_start',
  message: { model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: {} },
} as { type: string });
const STOP = encodeEvent({ type: 'message_stop' });

describe('a stream of Anthropic', () => {
  it.each(
    COMPLETE.flatMap((name) =>
      ['\n', '\r\n', '\r'].map((ending) => ({ name, ending, called: JSON.stringify(ending) })),
    ),
  )('passes byte for byte, cut anywhere: $name with $called', ({ name, ending }) => {
    const bytes = withEndings(fixture(name), ending);
    const whole = bytes.toString();
    const check = (places: number[]): void => {
      const { reader, outputs, text } = run(cutAt(bytes, places));

      expect(text).toBe(whole);
      expect(reader).toMatchObject({ finished: true, failure: undefined });
      let given = '';
      for (const output of outputs) {
        given += output.toString();
        // Whatever has been given, an error can follow as an event of its own.
        expect(eventNames(`${given}event: error\ndata: {}\n\n`)).toEqual([...eventNames(given), 'error']);
      }
    };

    check([]);
    check(Array.from({ length: bytes.length }, (_, place) => place));
    fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 12 }), check), { numRuns: 60 });
  });

  it.each(COMPLETE)('is never whole before message_stop is: %s', (name) => {
    const bytes = fixture(name);
    const needed = bytes.lastIndexOf('}') + 1;
    for (let length = 0; length <= bytes.length; length++) {
      const { reader, text } = run([bytes.subarray(0, length)]);

      expect(reader.finished).toBe(length >= needed);
      expect(reader.failure?.kind).toBe(length >= needed ? undefined : 'cut');
      expect(bytes.toString().startsWith(text)).toBe(true);
      expect(text === '' || text.endsWith('\n\n')).toBe(true);
    }
  });

  it('is passed on in the very chunks it came in when they hold whole events', () => {
    const chunk = Buffer.from(START);

    expect(new AnthropicStreamReader().push(chunk)).toBe(chunk);
  });

  it('tells usage, stop reason, model and the length of what was written', () => {
    expect(run([fixture('thinking-and-tools')]).reader).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      stopReason: 'tool_use',
      usage: { input: 412, output: 189, cacheRead: 20480, cacheWrite5m: 1500, cacheWrite1h: 340, thinking: 64 },
      outputChars:
        'The user wants the weather in two cities.\nI can ask for both at once.'.length +
        "I'll look up both cities.".length +
        '{"location": "San Francisco, CA"}'.length +
        '{"location": "Paris \\"centre\\"", "unit": "c"}'.length,
    });
    expect(run([fixture('server-tool')]).reader.usage).toMatchObject({ input: 10682, output: 510 });
    expect(run([fixture('refusal')]).reader).toMatchObject({ stopReason: 'refusal', hasContent: true, outputChars: 0 });
  });

  it('has content from the first block on', () => {
    const reader = new AnthropicStreamReader();

    reader.push(Buffer.from(START + encodeEvent({ type: 'ping' })));
    expect(reader.hasContent).toBe(false);
    reader.push(Buffer.from('event: content_block_start\ndata: {"type":"content_block_start"}\n'));
    expect(reader.hasContent).toBe(false);
    reader.push(Buffer.from('\n'));
    expect(reader.hasContent).toBe(true);
  });

  it('gives pings and comments before it begins', () => {
    const noise = `: hello\n\n${encodeEvent({ type: 'ping' })}`;

    expect(run([Buffer.from(noise + START + STOP)]).text).toBe(noise + START + STOP);
  });

  it('gives nothing behind message_stop', () => {
    const { reader, text } = run([Buffer.from(`${START}${STOP}: bye\n\nevent: done\ndata: [DONE]\n\n`)]);

    expect(text).toBe(START + STOP);
    expect(reader.finished).toBe(true);
    expect(reader.push(Buffer.from(START))).toBeUndefined();
  });

  it('may begin with a byte order mark', () => {
    expect(run([Buffer.from(`\ufeff${START}${STOP}`)]).reader.finished).toBe(true);
  });
});

describe('a failing stream of Anthropic', () => {
  it('gives all that came before an error event, and not the error', () => {
    const bytes = fixture('error-mid-stream');
    const before = bytes.toString().split('event: error')[0];
    for (const chunks of [[bytes], cutAt(bytes, Array.from(bytes.keys()))]) {
      const { reader, text } = run(chunks);

      expect(text).toBe(before);
      expect(reader).toMatchObject({ finished: false, hasContent: true, outputChars: 'Once upon a time'.length });
      expect(reader.failure).toEqual({
        kind: 'error-event',
        status: 529,
        error: { type: 'overloaded_error', message: 'Overloaded', details: null },
      });
    }
  });

  it('gives nothing behind an error event', () => {
    const error = 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"x"}}\n\n';

    expect(run([Buffer.from(START + error + STOP)])).toMatchObject({ text: START, reader: { finished: false } });
  });

  it.each([
    ['event: error\ndata: <html>oops</html>\n\n', undefined],
    ['event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"m"}}\n\n', 429],
    ['data: {"type":"error","error":{"type":"rate_limit_error","message":"m"}}\n\n', 429],
    ['event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"m"}}', 429],
    ['event: error\ndata: {"type":"error","error":{"type":"unheard_of","message":"m"}}\n\n', undefined],
  ])('names the error of %j', (event, status) => {
    const { reader, text } = run([Buffer.from(event)]);

    expect(text).toBe('');
    expect(reader.failure?.kind).toBe('error-event');
    expect(reader.failure?.error.message).not.toContain('html');
    if (status !== undefined) expect(reader.failure).toMatchObject({ status });
  });

  it.each([
    'event: content_block_start\ndata: {"type":"content_block_start"}\n\n',
    'event: message_delta\ndata: {"type":"message_delta"}\n\n',
    STOP,
    'event: message_start\ndata: {"type":"message_start","mess\n\n',
    'event: message_start\ndata: {"type":"message_start"}\n\n',
  ])('is bad when it begins with %j', (event) => {
    expect(run([Buffer.from(event)])).toMatchObject({ text: '', reader: { failure: { kind: 'bad-answer' } } });
  });

  it.each(['', '\n\n', ': hello\n\n', '<html></html>\n\n', encodeEvent({ type: 'ping' }), START])(
    'is cut when it is only %j',
    (text) => {
      expect(run([Buffer.from(text)]).reader.failure?.kind).toBe('cut');
    },
  );

  it('is bad when a piece of the answer is no JSON', () => {
    const broken = 'event: message_delta\ndata: {"delta":\n\n';

    expect(run([Buffer.from(START + broken + STOP)])).toMatchObject({
      text: START,
      reader: { failure: { kind: 'bad-answer' } },
    });
  });

  it('is bad when an event has no end, after 8 MB of it', () => {
    const reader = new AnthropicStreamReader();
    const chunk = Buffer.alloc(1024 * 1024, 'x');

    for (let megabyte = 0; megabyte < 8; megabyte++) reader.push(chunk);
    expect(reader.failure).toBeUndefined();
    reader.push(Buffer.from('x'));
    expect(reader.failure?.kind).toBe('bad-answer');
    expect(reader.push(Buffer.from('\n\n'))).toBeUndefined();
  });
});

describe('a stream of a compatible service', () => {
  const lines = (...events: object[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

  it('gets the names that its events lack', () => {
    const delta = { type: 'content_block_delta', delta: { type: 'text_delta', text: 'é' } };
    const unnamed = `: hello\n${lines(JSON.parse(START.split('data: ')[1] ?? ''), delta, { type: 'other' }, { type: 'message_stop' })}`;
    const { text, reader } = run(cutAt(Buffer.from(unnamed), [90, 91, 150]));

    expect(text).toBe(`: hello\n${START}${encodeEvent(delta)}data: {"type":"other"}\n\n${STOP}`);
    expect(reader).toMatchObject({ finished: true, outputChars: 1 });
  });

  it('gets the official form, in place', () => {
    const sent = [
      'event: message_start\ndata: {"type":"message_start", "message":{"content":[],"stop_reason":null,"usage":{"cache_read_tokens":1}}}\n\n',
      'event: content_block_start\ndata: {"content_block":{"type":"text","cache_control":{},"text":""}}\n\n',
      'event: content_block_delta\ndata: {"delta":{"text":"\\"cache_control\\""}}\n\n',
      'event: message_delta\ndata: {"delta":{"stop_reason":"content_filter"},"usage":{"output_tokens":1.0}}\n\n',
      STOP,
    ].join('');
    const { text, reader } = run([Buffer.from(sent)]);

    expect(text).toBe(
      [
        'event: message_start\ndata: {"type":"message_start", "message":{"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"cache_read_tokens":1,"cache_read_input_tokens":1}}}\n\n',
        'event: content_block_start\ndata: {"content_block":{"type":"text","text":""}}\n\n',
        'event: content_block_delta\ndata: {"delta":{"text":"\\"cache_control\\""}}\n\n',
        'event: message_delta\ndata: {"delta":{"stop_reason":"refusal","stop_sequence":null},"usage":{"output_tokens":1.0}}\n\n',
        STOP,
      ].join(''),
    );
    expect(reader.stopReason).toBe('refusal');
  });

  it.each(['constructor', 'toString', '__proto__', 'valueOf'])('passes an event of the type %s as it is', (type) => {
    for (const event of [encodeEvent({ type }), `data: {"type":"${type}"}\n\n`]) {
      const { text, reader } = run([Buffer.from(START + event)]);
      expect(text).toBe(START + event);
      // It is none of the API's, so it is no part of the answer.
      expect(reader).toMatchObject({ hasContent: false, finished: false });
      expect(run([Buffer.from(START + event + STOP)])).toMatchObject({
        text: START + event + STOP,
        reader: { finished: true, failure: undefined },
      });
    }
  });

  it('may forget the last empty line', () => {
    expect(run([Buffer.from(START + STOP.slice(0, -1))])).toMatchObject({
      text: START + STOP,
      reader: { finished: true },
    });
    expect(run([Buffer.from(START + STOP.slice(0, -2))])).toMatchObject({
      text: START + STOP,
      reader: { finished: true },
    });
  });
});
