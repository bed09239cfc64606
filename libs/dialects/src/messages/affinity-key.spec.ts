import { describe, expect, it } from '@jest/globals';
import type { AffinityPolicy, Endpoint } from '#core';
import fc from 'fast-check';
import { affinityKey } from './affinity-key.js';
import { readMessagesRequest } from './read-messages-request.js';

type Block = Record<string, unknown>;
interface Body {
  tools?: Block[];
  system?: string | Block[];
  messages: { role: string; content: string | Block[] }[];
}

interface Asked {
  affinity?: AffinityPolicy;
  headers?: Record<string, string>;
  workspace?: string;
  name?: string;
  endpoint?: Endpoint;
  /** Of the JSON. */
  space?: number;
}

const EPHEMERAL = { type: 'ephemeral' };
const text = (words: string, rest: Block = {}): Block => ({ type: 'text', text: words, ...rest });
const marked = (block: Block): Block => ({ ...block, cache_control: EPHEMERAL });
const LONG = 'You are an assistant that sorts post. '.repeat(200);

const keyOf = (
  body: Body,
  {
    affinity = { by: 'prefix', header: '' },
    headers = {},
    workspace = 'default',
    name = 'm',
    endpoint = 'messages',
    space = 0,
  }: Asked = {},
): string | undefined => {
  const bytes = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 9, ...body }, null, space));
  const request = readMessagesRequest({ endpoint, body: bytes, headers: {} });
  return affinityKey(request, { route: { name, affinity }, workspace, headers });
};

const asks = (words: string, system = LONG): Body => ({ system, messages: [{ role: 'user', content: words }] });
const answered = (body: Body, ...turns: (string | Block[])[]): Body => ({
  ...body,
  messages: [...body.messages, ...turns.map((content, at) => ({ role: at % 2 ? 'user' : 'assistant', content }))],
});

describe('the key that keeps a conversation together', () => {
  it('is the same for every turn, and for nobody else', () => {
    const first = keyOf(asks('Hello'));

    expect(first).toMatch(/^[\w-]{43}$/);
    expect(keyOf(answered(asks('Hello'), 'Hi', 'Sort this', 'Done'))).toBe(first);
    expect(keyOf(asks('Good day'))).not.toBe(first);
    expect(keyOf(asks('Hello', `${LONG}!`))).not.toBe(first);
    expect(keyOf({ ...asks('Hello'), tools: [{ name: 'sort', input_schema: {} }] })).not.toBe(first);
    expect(keyOf(asks('Hello'), { workspace: 'research' })).not.toBe(first);
    expect(keyOf(asks('Hello'), { name: 'n' })).not.toBe(first);
  });

  it('is the same with and without the marker that moves on', () => {
    const system = [text('Head'), text(LONG)];
    const turns = (one: Block, two: Block): Body => ({
      system,
      messages: [
        { role: 'user', content: [text('Context'), one] },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: [two] },
      ],
    });

    const first = keyOf({ system, messages: [{ role: 'user', content: [text('Context'), marked(text('Hello'))] }] });
    expect(keyOf(turns(text('Hello'), marked(text('Sort'))))).toBe(first);
    expect(keyOf(turns(marked(text('Hello')), text('Sort')))).toBe(first);
  });

  it('is the same when a turn is written as text again once its marker is gone', () => {
    const block: Body = {
      system: [marked(text(LONG))],
      messages: [{ role: 'user', content: [marked(text('Hello'))] }],
    };

    expect(keyOf(answered(asks('Hello'), 'Hi'))).toBe(keyOf(block));
    expect(keyOf(block, { space: 2 })).toBe(keyOf(asks('Hello'), { space: 2 }));
  });

  it.each([100, 32_600, 32_700, 32_765, 33_000, 33_200, 33_280, 40_000, 1_000_000])(
    'is the same whichever markers come and go, with a first turn of %d bytes',
    (size) => {
      const words = 'abc"\n'.repeat(size / 5);
      const plain = asks(words);
      const noisy: Body = {
        system: [marked(text(LONG))],
        messages: [{ role: 'user', content: [text(words, { cache_control: { type: 'ephemeral', ttl: '1h' } })] }],
      };

      expect(keyOf(noisy)).toBe(keyOf(plain));
      expect(keyOf(answered(noisy, 'Hi', 'More'))).toBe(keyOf(plain));
    },
  );

  it('is the same under every placing of markers on every turn', () => {
    const block = fc.record({ type: fc.constant('text'), text: fc.string({ minLength: 1 }) });
    const turn = fc.array(block, { minLength: 1, maxLength: 3 });
    const marks = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(turn, fc.array(turn, { maxLength: 4 }), marks, marks, (first, rest, one, other) => {
        const body = (placed: boolean[]): Body => {
          const next = placed.values();
          const place = (blocks: Block[]) => blocks.map((it) => (next.next().value ? marked(it) : it));
          const start: Body = {
            tools: place([{ name: 'a', input_schema: {} }]),
            system: place([text(LONG)]),
            messages: [{ role: 'user', content: place(first) }],
          };
          return answered(start, ...rest.map(place));
        };

        expect(keyOf(body(one))).toBe(keyOf(body(other)));
      }),
      { numRuns: 300 },
    );
  });

  it('begins with the first turn of the user, whoever speaks before', () => {
    const after = (words: string): Body => ({
      messages: [
        { role: 'assistant', content: LONG },
        { role: 'user', content: words },
      ],
    });

    expect(keyOf(answered(after('Hello'), 'Hi'))).toBe(keyOf(after('Hello')));
    expect(keyOf(after('Hello'))).not.toBe(keyOf(after('Good day')));
  });

  it('is not there for what is too small to be cached, until it has grown or is marked', () => {
    const small = asks('Hello', 'Short.');

    expect(keyOf(small)).toBeUndefined();
    expect(keyOf(answered(small, LONG))).toBeDefined();
    expect(keyOf({ system: [marked(text('Short.'))], messages: small.messages })).toBe(keyOf(answered(small, LONG)));
  });

  it('is the value of the header that the route names, and the prefix where it is not sent', () => {
    const affinity: AffinityPolicy = { by: 'header', header: 'x-conversation' };

    expect(keyOf(asks('Hello', 'Short.'), { affinity, headers: { 'x-conversation': 'c-1' } })).toBe('c-1');
    expect(keyOf(asks('Hello'), { affinity, headers: { 'x-conversation': '' } })).toBe(keyOf(asks('Hello')));
    expect(keyOf(asks('Hello'), { affinity })).toBe(keyOf(asks('Hello')));
    expect(keyOf(asks('Hello'), { headers: { '': 'c-1' } })).toBe(keyOf(asks('Hello')));
  });

  it('is not there without a policy, nor for counting tokens', () => {
    expect(keyOf(asks('Hello'), { affinity: { by: 'none', header: '' } })).toBeUndefined();
    expect(keyOf(asks('Hello'), { endpoint: 'count_tokens' })).toBeUndefined();
  });
});
