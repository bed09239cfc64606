import { describe, expect, it } from '@jest/globals';
import type { Directives } from '../directives/directives.js';
import { planAnswer } from './plan-answer.js';
import type { Prompt } from './prompt.js';
import { longText, piecesOf } from './vocabulary.js';

const TOOL = { name: 'look_up', schema: { type: 'object', properties: { word: { type: 'string' } } } };

const aPrompt = (more: Partial<Prompt> = {}): Prompt => ({
  model: 'sim',
  stream: false,
  lastText: 'When does it leave?',
  turns: 1,
  afterTool: false,
  tools: [],
  toolChoice: 'auto',
  parallelTools: true,
  thinking: 'none',
  maxTokens: 1000,
  stopSequences: [],
  format: undefined,
  usageInStream: true,
  sections: [],
  ...more,
});

const plan = (prompt: Partial<Prompt> = {}, directives: Directives = {}, seed = 1) =>
  planAnswer(aPrompt(prompt), {
    directives,
    seed,
    id: 'msg_1',
    promptUsage: { input: 5, read: 0, write5m: 0, write1h: 0 },
  });

const textOf = ({ text }: ReturnType<typeof plan>) => [...(text ?? [])].join('');

describe('the simulated model', () => {
  it('answers the same to the same request and seed', () => {
    expect(plan({ thinking: 'shown', tools: [TOOL] })).toEqual(plan({ thinking: 'shown', tools: [TOOL] }));
    expect(textOf(plan())).not.toBe(textOf(plan({}, {}, 2)));
    expect(textOf(plan({}, { seed: 2 }))).toBe(textOf(plan({}, {}, 2)));
  });

  it('repeats what the user said', () => {
    expect(textOf(plan())).toMatch(/^You said: When does it leave\? [a-z ]+$/);
  });

  it('never ends the repetition inside a character', () => {
    const text = textOf(plan({ lastText: `x${'🚂'.repeat(200)}` }));

    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain('🚂');
  });

  it('calls a tool after a turn of the user’s, and answers once it has the result', () => {
    expect(plan({ tools: [TOOL] })).toMatchObject({ stop: 'tools', tools: [{ name: 'look_up' }] });
    expect(plan({ tools: [TOOL], afterTool: true, turns: 3, lastText: '12:04' })).toMatchObject({
      stop: 'finished',
      tools: [],
    });
  });

  it('gives calls of different turns different ids', () => {
    const [first] = plan({ tools: [TOOL] }).tools;
    const [second] = plan({ tools: [TOOL], turns: 3 }).tools;

    expect(first?.id).not.toBe(second?.id);
  });

  it('obeys the choice of tools', () => {
    const tools = [TOOL, { ...TOOL, name: 'other' }];

    expect(plan({ tools, toolChoice: 'none' }).tools).toEqual([]);
    expect(plan({ tools, toolChoice: { name: 'other' } }).tools[0]?.name).toBe('other');
    expect(plan({ tools, toolChoice: 'any', afterTool: true }).tools.length).toBeGreaterThan(0);
    expect(plan({ tools }, { tools: 3 }).tools).toHaveLength(3);
    expect(plan({ tools }, { tools: 0 }).tools).toEqual([]);
  });

  it('calls one tool at a time when told to', () => {
    const tools = [TOOL, { ...TOOL, name: 'other' }];
    const calls = (parallelTools: boolean) =>
      Array.from({ length: 20 }, (_, seed) => plan({ tools, parallelTools }, {}, seed).tools.length);

    expect(new Set(calls(false))).toEqual(new Set([1]));
    expect(new Set(calls(true))).toEqual(new Set([1, 2]));
  });

  it('counts what it says', () => {
    const answer = plan({ thinking: 'shown' }, { tokens: 30, thinking: 12 });

    expect([...(answer.text ?? [])]).toHaveLength(30);
    expect(answer.usage).toMatchObject({ input: 5, output: 42, thinking: 12 });
  });

  it('stops at the limit, thinking first', () => {
    expect(plan({ maxTokens: 3 })).toMatchObject({ stop: 'length', usage: { output: 3 } });
    expect(plan({ maxTokens: 5, thinking: 'shown' })).toMatchObject({ stop: 'length', text: undefined });
    expect(plan({ maxTokens: 4, tools: [TOOL] })).toMatchObject({ stop: 'length', tools: [] });
    expect(plan({ maxTokens: 0 })).toMatchObject({ stop: 'length', text: undefined, usage: { output: 0 } });
  });

  it('stops before a stop sequence and names it', () => {
    const answer = plan({ stopSequences: ['nowhere', ' does'] });

    expect(textOf(answer)).toBe('You said: When');
    expect(answer).toMatchObject({ stop: 'sequence', stopSequence: ' does' });
  });

  it('answers in the form that was asked for', () => {
    const schema = { type: 'object', properties: { hour: { type: 'integer' } } };

    expect(JSON.parse(textOf(plan({ format: schema })))).toEqual({ hour: expect.any(Number) });
  });

  it('says exactly the text of a directive', () => {
    expect(textOf(plan({}, { text: '  two  spaces\nand a line ' }))).toBe('  two  spaces\nand a line ');
  });
});

describe('texts in pieces', () => {
  it('are whole when joined, whatever is in them', () => {
    const text = ` a ${'long'.repeat(30)}  🚂🚂 \n\tend  `;

    expect(piecesOf(text).join('')).toBe(text);
  });

  it.each([0, 1, 4096, 4097, 100_000])('have %i bytes when that was asked for', (bytes) => {
    expect([...longText(bytes)].join('')).toHaveLength(bytes);
  });
});
