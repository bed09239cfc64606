import { type MessagesRequest, messagesRequest } from './messages-request.js';
import { RandomText } from './random-text.js';

type Turn = { role: 'user' | 'assistant'; content: unknown[] };

/** Most blocks of a conversation are short; one in ten is a file or a log. */
const blockLength = (random: RandomText): number =>
  random.below(10) === 0 ? 8_000 + random.below(22_000) : 100 + random.below(2_400);

/** One round of an agent: what was asked, the tool it chose, what the tool said, what it made of that. */
const agentRound = (random: RandomText, number: number): Turn[] => {
  const id = `toolu_${String(number).padStart(22, '0')}`;
  const input = {
    path: `src/${random.below(1000)}.ts`,
    old: random.code(200),
    new: random.code(blockLength(random) / 4),
  };
  const result = [{ type: 'text', text: random.code(blockLength(random)) }];
  return [
    { role: 'user', content: [{ type: 'text', text: random.prose(blockLength(random)) }] },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: random.prose(300) },
        { type: 'tool_use', id, name: 'edit_file', input },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: result }] },
    { role: 'assistant', content: [{ type: 'text', text: random.prose(blockLength(random)) }] },
  ];
};

const tool = (name: string, random: RandomText) => ({
  name,
  description: random.prose(800),
  input_schema: {
    type: 'object',
    properties: Object.fromEntries(
      ['path', 'old', 'new', 'mode', 'limit'].map((field) => [
        field,
        { type: 'string', description: random.prose(120) },
      ]),
    ),
    required: ['path'],
  },
});

/** About so many bytes. */
const SIZE = 1024 * 1024;

/**
 * A long conversation of a coding agent: a system prompt, tools, and turns of many sizes, 1 MB in all.
 * `parameters` are those of the Messages API; `directives` the simulator's.
 */
export const conversation = (
  directives: string,
  parameters: Readonly<Record<string, unknown>> = {},
): MessagesRequest => {
  const random = new RandomText(1);
  const system = [{ type: 'text', text: random.prose(9_000), cache_control: { type: 'ephemeral' } }];
  const tools = ['edit_file', 'read_file', 'search', 'run', 'fetch', 'plan'].map((name) => tool(name, random));
  const messages: Turn[] = [];
  for (let size = 0, number = 0; size < SIZE - 25_000; number++) {
    const round = agentRound(random, number);
    size += Buffer.byteLength(JSON.stringify(round));
    messages.push(...round);
  }
  messages.push({ role: 'user', content: [{ type: 'text', text: 'Go on.' }] });
  return messagesRequest(directives, { ...parameters, system, tools, messages });
};
