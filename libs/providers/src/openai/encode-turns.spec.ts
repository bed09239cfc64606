import { describe, expect, it } from '@jest/globals';
import { aDeployment, anOutboundRequest } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';
import { ThinkingTokens } from './thinking-token.js';

const KEY = Buffer.from('key');
const adapter = createOpenAiAdapter({ signingKey: KEY, randomByte: () => 1 });

const user = (...content: unknown[]) => ({ role: 'user', content });
const assistant = (...content: unknown[]) => ({ role: 'assistant', content });
const text = (value: string) => ({ type: 'text', text: value });
const use = (id: string, input: object = {}) => ({ type: 'tool_use', id, name: 'read', input });
const result = (id: string, fields: object = { content: 'ok' }) => ({
  type: 'tool_result',
  tool_use_id: id,
  ...fields,
});
const call = (id: string, json = '{}') => ({ id, type: 'function', function: { name: 'read', arguments: json } });
const PNG = { type: 'base64', media_type: 'image/png', data: 'iVBOR' };
const PIXEL = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBOR' } };

const encode = (
  messages: unknown[],
  { vendor = 'openai', model = 'gpt-4.1', system }: Record<string, unknown> = {},
) => {
  const request = anOutboundRequest({
    model: 'claude-sonnet-4-5',
    max_tokens: 9,
    messages,
    ...(system !== undefined && { system }),
  });
  const { body, ignored } = adapter.encode(request, aDeployment(String(vendor), String(model)));
  return { ignored, messages: (JSON.parse(body.toString()) as { messages: unknown }).messages };
};

const signed = (thinking: string, vendor = 'deepseek') => {
  const seal = new ThinkingTokens(KEY).begin(vendor, 'shown');
  seal.add(thinking);
  return { type: 'thinking', thinking, signature: seal.signature() };
};

describe('a conversation', () => {
  it('keeps strings strings', () => {
    expect(encode([{ role: 'user', content: 'Hi' }], { system: 'Be kind' }).messages).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('joins blocks of text and leaves out the note about who pays', () => {
    const system = [
      text('x-anthropic-billing-header: cc_version=2; cc_entrypoint=cli;'),
      text('You are'),
      text('kind'),
    ];

    expect(encode([user(text('Hi'), text('you'))], { system }).messages).toEqual([
      { role: 'system', content: 'You are\n\nkind' },
      { role: 'user', content: 'Hi\n\nyou' },
    ]);
  });

  it('calls the system a developer where the model wants it', () => {
    expect(encode([user(text('Hi'))], { system: 'S', model: 'gpt-5.2' }).messages).toMatchObject([
      { role: 'developer' },
      {},
    ]);
  });

  it.each([
    ['openai', { role: 'system', content: 'Now in French' }],
    ['vllm', { role: 'user', content: '<system>\nNow in French\n</system>' }],
  ])('gives %s an instruction between turns', (vendor, expected) => {
    const turns = [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Now in French' },
    ];

    expect(encode(turns, { vendor }).messages).toEqual([{ role: 'user', content: 'Hi' }, expected]);
  });

  it('sends images, documents and search results as parts', () => {
    const { messages, ignored } = encode([
      user(
        { type: 'image', source: PNG, cache_control: { type: 'ephemeral' } },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        { type: 'document', title: 'Report', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } },
        { type: 'document', context: 'From 1999', source: { type: 'text', media_type: 'text/plain', data: 'Words' } },
        { type: 'document', source: { type: 'content', content: [text('Inner')] }, citations: { enabled: true } },
        { type: 'search_result', source: 'https://example.com', title: 'Found', content: [text('It')] },
      ),
    ]);

    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          PIXEL,
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          text('Report'),
          { type: 'file', file: { filename: 'Report', file_data: 'data:application/pdf;base64,JVBE' } },
          text('From 1999'),
          text('Words'),
          text('Inner'),
          text('Found\nSource: https://example.com'),
          text('It'),
        ],
      },
    ]);
    expect(ignored).toEqual(['cache_control', 'citations']);
  });

  it('puts results right behind their calls, before anything the user says', () => {
    const { messages } = encode([
      { role: 'user', content: 'Read both' },
      assistant(text('Reading.'), use('toolu_1', { path: 'a' }), use('toolu_2')),
      user(
        text('By the way'),
        result('toolu_2', { content: [text('two'), text('lines')], is_error: true }),
        result('toolu_1', {}),
      ),
    ]);

    expect(messages).toEqual([
      { role: 'user', content: 'Read both' },
      { role: 'assistant', content: 'Reading.', tool_calls: [call('toolu_1', '{"path":"a"}'), call('toolu_2')] },
      { role: 'tool', tool_call_id: 'toolu_2', content: 'Error: two\n\nlines' },
      { role: 'tool', tool_call_id: 'toolu_1', content: '' },
      { role: 'user', content: 'By the way' },
    ]);
  });

  it('shows the images of a result in the user message behind it', () => {
    const { messages } = encode([
      user(text('Look')),
      assistant(use('toolu_1')),
      user(result('toolu_1', { content: [text('A picture'), { type: 'image', source: PNG }] }), text('Well?')),
    ]);

    expect(messages).toEqual([
      { role: 'user', content: 'Look' },
      { role: 'assistant', content: null, tool_calls: [call('toolu_1')] },
      {
        role: 'tool',
        tool_call_id: 'toolu_1',
        content: 'A picture\n\n[1 attachment(s), shown in the next user message]',
      },
      { role: 'user', content: [text('Result of tool call toolu_1:'), PIXEL, text('Well?')] },
    ]);
  });

  it('takes turns of one role in a row as one', () => {
    const { messages } = encode([
      user(text('Go')),
      assistant(use('toolu_1')),
      assistant(use('toolu_2')),
      user(result('toolu_1')),
      user(result('toolu_2')),
    ]);

    expect(messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'toolu_1' }, { id: 'toolu_2' }] },
      { role: 'tool', tool_call_id: 'toolu_1' },
      { role: 'tool', tool_call_id: 'toolu_2' },
    ]);
  });

  it('gives the upstream back the ids it made', () => {
    const { messages } = encode([
      user(text('Go')),
      assistant(use('swyid_ZnVuY3Rpb25zLnJlYWQ6MA')),
      user(result('swyid_ZnVuY3Rpb25zLnJlYWQ6MA')),
    ]);

    expect(messages).toMatchObject([
      {},
      { tool_calls: [{ id: 'functions.read:0' }] },
      { tool_call_id: 'functions.read:0' },
    ]);
  });
});

describe('an assistant who only thought', () => {
  const claude = { type: 'thinking', thinking: 'Hm', signature: 'EqQBCgIYAhIM' };

  it.each([
    ['thinking of Claude', claude],
    ['hidden thinking', { type: 'redacted_thinking', data: 'abc' }],
    ['thinking of another vendor', signed('Hm', 'qwen')],
    ['thinking of its own, which is read beside calls only', signed('Hm')],
  ])('is left out, and the turns around it become one: %s', (_, block) => {
    const { messages, ignored } = encode([user(text('Hi')), assistant(block), user(text('Well?'))], {
      vendor: 'deepseek',
    });

    expect(messages).toEqual([{ role: 'user', content: 'Hi\n\nWell?' }]);
    expect(ignored).toEqual(['messages.thinking']);
  });

  it('is not left out when a call follows in another turn', () => {
    const { messages } = encode([user(text('Hi')), assistant(signed('Hm')), assistant(use('a')), user(result('a'))], {
      vendor: 'deepseek',
    });

    expect(messages).toMatchObject([{}, { reasoning_content: 'Hm', tool_calls: [call('a')] }, { role: 'tool' }]);
  });

  it('behind a result leaves the result where it is', () => {
    const { messages } = encode([
      user(text('Hi')),
      assistant(use('a')),
      user(result('a')),
      assistant(claude),
      user(text('?')),
    ]);

    expect(messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'ok' },
      { role: 'user', content: '?' },
    ]);
  });

  it('cannot be the last to speak', () => {
    expect(() => encode([user(text('Hi')), assistant(claude)])).toThrow('assistant message prefill');
  });
});

describe('a call in a conversation', () => {
  const ignoredWith = (caller: unknown) =>
    encode([user(text('Hi')), assistant({ ...use('a'), caller }), user(result('a'))]).ignored;

  it('that a program made is listed as one that the model made', () => {
    expect(ignoredWith({ type: 'code_execution_20260120', tool_id: 'srvtoolu_1' })).toEqual(['tool_use.caller']);
    expect(ignoredWith({ type: 'direct' })).toEqual([]);
    expect(ignoredWith(undefined)).toEqual([]);
  });
});

describe('citations', () => {
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'A' } };
  const found = { type: 'search_result', source: 's', title: 't', content: [text('A')] };
  const cited = { type: 'char_location', cited_text: 'A' };

  it.each([
    [{ ...document, citations: { enabled: true } }, ['citations']],
    [{ ...document, citations: { enabled: false } }, []],
    [{ ...found, citations: { enabled: true } }, ['citations']],
    [{ ...found, citations: { enabled: false } }, []],
    [{ ...text('A'), citations: [cited] }, ['citations']],
    [{ ...text('A'), citations: [] }, []],
    [{ ...text('A'), citations: null }, []],
  ])('are listed where there are any: %j', (block, expected) => {
    expect(encode([user(block)]).ignored).toEqual(expected);
  });
});

describe('thinking in a conversation of three turns', () => {
  const turns = (...thoughts: object[][]) => [
    user(text('Weather?')),
    assistant(...(thoughts[0] ?? []), use('toolu_1')),
    user(result('toolu_1')),
    assistant(...(thoughts[1] ?? []), use('toolu_2')),
    user(result('toolu_2')),
    assistant(...(thoughts[2] ?? []), text('Sunny')),
    user(text('Thanks')),
  ];

  it('goes back to the vendor that thought it, with the turns that called tools', () => {
    const { messages, ignored } = encode(turns([signed('First')], [signed('Second')], [signed('Third')]), {
      vendor: 'deepseek',
    });

    expect(messages).toMatchObject([
      {},
      { role: 'assistant', reasoning_content: 'First', tool_calls: [{}] },
      { role: 'tool' },
      { role: 'assistant', reasoning_content: 'Second', tool_calls: [{}] },
      { role: 'tool' },
      { role: 'assistant', content: 'Sunny' },
      {},
    ]);
    expect(ignored).toEqual(['messages.thinking']);
  });

  it('is missed as the empty string, which the vendor also wants', () => {
    const { messages, ignored } = encode(turns(), { vendor: 'deepseek' });

    expect(messages).toMatchObject([{}, { reasoning_content: '' }, {}, { reasoning_content: '' }, {}, {}, {}]);
    expect(ignored).toEqual([]);
  });

  it('stays away from every other vendor', () => {
    const claude = { type: 'thinking', thinking: 'Hm', signature: 'EqQBCgIYAhIM' };
    const hidden = { type: 'redacted_thinking', data: 'abc' };

    const { messages, ignored } = encode(turns([signed('First', 'qwen')], [claude, hidden]), { vendor: 'deepseek' });

    expect(messages).toMatchObject([{}, { reasoning_content: '' }, {}, { reasoning_content: '' }, {}, {}, {}]);
    expect(JSON.stringify(encode(turns([signed('First')]), { vendor: 'openai' }).messages)).not.toContain('First');
    expect(ignored).toEqual(['messages.thinking']);
  });

  it('is refused when it has been altered', () => {
    const altered = { ...signed('First'), thinking: 'Furst' };

    expect(() => encode(turns([altered]), { vendor: 'deepseek' })).toThrow(
      'messages.1.content.0.thinking: Invalid signature in thinking block',
    );
  });

  it('round-trips when it was never shown', () => {
    const seal = new ThinkingTokens(KEY).begin('deepseek', 'carried');
    seal.add('Secret');
    const hidden = { type: 'thinking', thinking: '', signature: seal.signature() };

    expect(encode(turns([hidden]), { vendor: 'deepseek' }).messages).toMatchObject([
      {},
      { reasoning_content: 'Secret' },
      {},
      {},
      {},
      {},
      {},
    ]);
  });
});

describe('a conversation that cannot be said', () => {
  it.each([
    ['no messages', [], 'messages: at least one message is required'],
    ['no role', [{ content: 'Hi' }], 'messages.0.role: Field required'],
    [
      'an unknown role',
      [{ role: 'tool', content: 'Hi' }],
      "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    ],
    ['no content', [{ role: 'user' }], 'messages.0.content: Field required'],
    ['empty content', [{ role: 'user', content: '' }], 'messages.0: all messages must have non-empty content'],
    ['empty text', [user(text(''))], 'messages.0.content.0.text: text content blocks must be non-empty'],
    [
      'an unknown turn member',
      [{ role: 'user', content: 'Hi', clear_at: 'never' }],
      'messages.0.clear_at: Extra inputs are not permitted',
    ],
    [
      'an unknown block member',
      [user({ ...text('Hi'), foo: 1 })],
      'messages.0.content.0.text.foo: Extra inputs are not permitted',
    ],
    ['a block without type', [user({ text: 'Hi' })], 'messages.0.content.0.type: Field required'],
    [
      'an unknown block',
      [user({ type: 'container_upload', file_id: 'f' })],
      'messages.0.content.0.container_upload: Not supported',
    ],
    ['a type from the prototype', [user({ type: 'constructor' })], 'messages.0.content.0.constructor: Not supported'],
    [
      'a file id',
      [user({ type: 'image', source: { type: 'file', file_id: 'f' } })],
      'messages.0.content.0.image.source.file_id: Not supported',
    ],
    [
      'a document by URL',
      [user({ type: 'document', source: { type: 'url', url: 'u' } })],
      'messages.0.content.0.document.source.type: Not supported',
    ],
    [
      'a prefill',
      [user(text('Hi')), assistant(text('Well,'))],
      'This model does not support assistant message prefill.',
    ],
    [
      'a server tool',
      [
        user(text('Hi')),
        assistant({ type: 'server_tool_use', id: 'a', name: 'web_search', input: {} }),
        user(text('?')),
      ],
      'messages.1.content.0.server_tool_use: Not supported',
    ],
    [
      'thinking without signature',
      [user(text('Hi')), assistant({ type: 'thinking', thinking: 'Hm' }), user(text('?'))],
      'messages.1.content.0.thinking.signature: Field required',
    ],
    [
      'an id of other characters',
      [user(text('Hi')), assistant(use('a:1')), user(result('a:1'))],
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      'input that is no object',
      [user(text('Hi')), assistant({ ...use('a'), input: '{}' }), user(result('a'))],
      'messages.1.content.0.tool_use.input: Input should be a valid dictionary',
    ],
    [
      'a call without result',
      [user(text('Hi')), assistant(use('a'), use('b')), user(result('a'))],
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: b',
    ],
    [
      'a result without call',
      [user(result('a'))],
      'messages.0: unexpected `tool_use_id` found in `tool_result` blocks: a',
    ],
    [
      'two results of one call',
      [user(text('Hi')), assistant(use('a')), user(result('a'), result('a'))],
      'messages.2: each tool_use must have a single result',
    ],
    [
      'two calls of one id',
      [user(text('Hi')), assistant(use('a'), use('a')), user(result('a'))],
      'messages.1: `tool_use` ids must be unique: a',
    ],
  ])('with %s', (_, messages, complaint) => {
    expect(() => encode(messages)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(complaint) }),
    );
  });

  it.each([
    ['deepseek', { type: 'image', source: PNG }, 'messages.0.content.0.image: Not supported'],
    [
      'qwen',
      { type: 'document', source: { ...PNG, media_type: 'application/pdf' } },
      'messages.0.content.0.document: Not supported',
    ],
  ])('to %s, which takes no such media', (vendor, block, complaint) => {
    expect(() => encode([user(block)], { vendor })).toThrow(complaint);
  });
});
