import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, readMessagesStream, TEST_KEY } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { shapeFaults } from './documented-shape.js';
import { LANES, startLane } from './lane.js';
import { describeEachPython, runPython } from './python.js';
import { describeUnless } from '../support/describe-unless.js';

type Answer = Record<string, unknown>;

const SEEDS = resolve('test/conformance/seeds');
const NO_CURL = spawnSync('curl', ['--version']).error?.message;

/** What stands on the pages for the address and for the key. Nothing else of an example is touched. */
const WRITTEN = {
  mixroute: { host: 'https://console.mixroute.io', key: 'sk-xxxxxxxxxx' },
  mixrouter: { host: 'https://api.mixrouter.com', key: '<token>' },
  routeway: { host: 'https://api.routeway.ai', key: undefined },
  myrouter: { host: 'https://api.myrouter.example', key: '<token>' },
  applerouter: { host: 'https://api.applerouter.ai', key: 'sk-your-api-key' },
} as const;
type Service = keyof typeof WRITTEN;

/** What a page's own answer holds that ours does not: the official API has none of it. */
const NOT_OURS: Partial<Record<Service, readonly string[]>> = {
  mixrouter: ['usage.claude_cache_creation_5_m_tokens', 'usage.claude_cache_creation_1_h_tokens'],
  routeway: ['content.0.cache_control'],
  myrouter: ['usage.total_tokens', 'usage.cache_read_tokens', 'usage.cache_write_tokens', 'usage.reasoning_tokens'],
};

const read = (file: string): string => readFileSync(join(SEEDS, file), 'utf8');

const serviceOf = (file: string): Service => file.split('/')[0] as Service;

/** Replaces what is there exactly once, so that nothing is missed and nothing else is hit. */
const replaceOnce = (text: string, from: string, to: string): string => {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" is there ${parts.length - 1} times`);
  return parts.join(to);
};

const pointedAt = (gateway: GatewayProcess, file: string): string => {
  const { host, key } = WRITTEN[serviceOf(file)];
  const moved = read(file).includes(host) ? replaceOnce(read(file), host, gateway.url) : read(file);
  return key !== undefined && moved.includes(key) ? replaceOnce(moved, key, TEST_KEY) : moved;
};

/** Where an answer is not what the page shows, except for what is known. What is known must be there, too. */
const surprises = (file: string, answer: Answer): string[] => {
  const faults = shapeFaults(JSON.parse(read(file)), answer);
  const known = (NOT_OURS[serviceOf(file)] ?? []).map((path) => `${path}: missing`);
  return [
    ...faults.filter((fault) => !known.includes(fault)),
    ...known.filter((fault) => !faults.includes(fault)).map((fault) => `no longer ${fault}`),
  ];
};

/** `include` makes curl print the head too, without a word of the command being changed. */
const CURL_HOME = mkdtempSync(join(tmpdir(), 'switchyard-curl-'));
writeFileSync(join(CURL_HOME, '.curlrc'), 'silent\nshow-error\ninclude\n');
afterAll(() => rmSync(CURL_HOME, { recursive: true }));

const runShell = async (command: string): Promise<{ status: number; head: string; body: string }> => {
  const child = spawn('bash', ['-c', command], { env: { PATH: process.env.PATH, CURL_HOME }, stdio: 'pipe' });
  const [out, complaints]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  await new Promise((done) => child.once('close', done));
  const [head = '', ...body] = out.join('').split('\r\n\r\n');
  if (!head) throw new Error(`curl said: ${complaints.join('')}`);
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: body.join('\r\n\r\n') };
};

const onlyText = [expect.objectContaining({ type: 'text', text: expect.any(String) })];
const thinkingThenText = [
  expect.objectContaining({ type: 'thinking', thinking: expect.any(String), signature: expect.any(String) }),
  ...onlyText,
];
const weatherCall = expect.objectContaining({ type: 'tool_use', name: 'get_weather', input: expect.any(Object) });

/** The shell examples: what their answers hold. */
const SHELL: [file: string, model: string, content: unknown, answers: string[]][] = [
  ['mixroute/request.sh', 'claude-sonnet-4-5-20250929', onlyText, ['mixroute/answer.json']],
  [
    'mixroute/basic.sh',
    'claude-sonnet-4-5-20250929',
    onlyText,
    ['mixroute/answer.json', 'mixroute/answer-with-cache.json'],
  ],
  ['mixroute/system-prompt.sh', 'claude-sonnet-4-5-20250929', onlyText, ['mixroute/answer-with-cache.json']],
  [
    'mixroute/extended-thinking.sh',
    'claude-sonnet-4-5-20250929',
    thinkingThenText,
    ['mixroute/answer-with-cache.json'],
  ],
  [
    'mixroute/tools.sh',
    'claude-sonnet-4-5-20250929',
    expect.arrayContaining([weatherCall]),
    ['mixroute/answer-with-cache.json'],
  ],
  ['mixroute/image.sh', 'claude-sonnet-4-5-20250929', onlyText, ['mixroute/answer-with-cache.json']],
  ['mixroute/prompt-caching.sh', 'claude-sonnet-4-5-20250929', onlyText, ['mixroute/answer-with-cache.json']],
  ['mixrouter/shell.sh', 'claude-sonnet-4-5-20250929', onlyText, ['mixrouter/answer.json']],
  ['applerouter/request.sh', 'claude-3-5-sonnet-20241022', onlyText, ['applerouter/answer.json']],
];

const PYTHON: [file: string, model: string, content: unknown, answer: string][] = [
  ['routeway/python.py', 'claude-opus-4-5', onlyText, 'routeway/answer.json'],
  ['applerouter/extended-thinking.py', 'claude-3-5-sonnet-20241022', thinkingThenText, 'applerouter/answer.json'],
  ['applerouter/vision.py', 'claude-3-5-sonnet-20241022', onlyText, 'applerouter/answer.json'],
  [
    'applerouter/tool-use.py',
    'claude-3-5-sonnet-20241022',
    expect.arrayContaining([weatherCall]),
    'applerouter/answer.json',
  ],
];

describe.each(LANES)('the examples of five services, %s', (lane) => {
  let simulator: Simulator;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startLane(lane, simulator.url);
  });
  afterAll(() => Promise.all([gateway?.stop(), simulator?.close()]));

  const expectAnswer = (answer: Answer, content: unknown, documented: string[]): void => {
    expect(answer).toMatchObject({ id: expect.stringMatching(/^msg_\w+$/), type: 'message', role: 'assistant' });
    expect(answer.content).toEqual(content);
    expect(['end_turn', 'max_tokens', 'stop_sequence', 'tool_use']).toContain(answer.stop_reason);
    expect(documented.flatMap((file) => surprises(file, answer))).toEqual([]);
  };

  describeUnless(NO_CURL, 'with curl', () => {
    it.each(SHELL)('answers %s', async (file, model, content, documented) => {
      const { status, head, body } = await runShell(pointedAt(gateway, file));
      expect({ status, body }).toMatchObject({ status: 200 });
      expect(head).toContain('content-type: application/json');
      expect(head).toMatch(/^request-id: req_\w+$/m);
      const answer = JSON.parse(body) as Answer;
      expect(answer.model).toBe(model);
      expectAnswer(answer, content, documented);
    });

    it('answers myrouter/request.sh, whose placeholders are not values, with the error envelope', async () => {
      const { status, head, body } = await runShell(pointedAt(gateway, 'myrouter/request.sh'));
      expect(status).toBe(400);
      expect(head).toContain('content-type: application/json');
      expect(JSON.parse(body)).toEqual({
        type: 'error',
        error: { type: 'invalid_request_error', message: expect.stringContaining('anthropic-version') },
        request_id: expect.stringMatching(/^req_/),
      });
    });

    it('does not guess the role when myrouter/request-filled-in.sh leaves it open', async () => {
      const command = replaceOnce(pointedAt(gateway, 'myrouter/request-filled-in.sh'), '"role": "user",', '');
      const { status, body } = await runShell(command);
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({
        error: { type: 'invalid_request_error', message: expect.stringContaining('messages.0.role: Field required') },
      });
    });

    it('streams the answer to myrouter/request-filled-in.sh', async () => {
      const { status, head, body } = await runShell(pointedAt(gateway, 'myrouter/request-filled-in.sh'));
      expect({ status, body }).toMatchObject({ status: 200 });
      expect(head).toContain('content-type: text/event-stream');
      expect(readMessagesStream(body)).toMatchObject({ ending: 'whole', message: { content: onlyText } });
    });

    it('answers myrouter/request-filled-in.sh whole when it does not ask for a stream', async () => {
      const command = replaceOnce(
        pointedAt(gateway, 'myrouter/request-filled-in.sh'),
        '"stream": true',
        '"stream": null',
      );
      const { status, body } = await runShell(command);
      expect({ status, body }).toMatchObject({ status: 200 });
      expectAnswer(JSON.parse(body) as Answer, onlyText, ['myrouter/answer.json']);
    });
  });

  it('answers mixrouter/request-body.txt, sent as it stands', async () => {
    const answered = await gateway.post('/v1/messages', read('mixrouter/request-body.txt'), {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    expect(answered.status).toBe(200);
    expectAnswer((await answered.json()) as Answer, onlyText, ['mixrouter/answer.json']);
  });

  describeEachPython((python) => {
    const ran = new Map<string, { printed: string; message: Answer }>();
    beforeAll(async () => {
      const examples = PYTHON.map(([file]) => ({ file, text: pointedAt(gateway, file) }));
      const argument = { url: gateway.url, key: TEST_KEY, examples };
      const env = { ROUTEWAY_API_KEY: TEST_KEY };
      const said = await runPython(python, { script: 'run_examples.py', argument }, env);
      for (const line of said.trim().split('\n')) {
        const { file, ...left } = JSON.parse(line) as { file: string; printed: string; message: Answer };
        ran.set(file, left);
      }
    });

    it.each(PYTHON)('answers %s', (file, model, content, documented) => {
      const message = ran.get(file)?.message ?? {};
      expect(message.model).toBe(model);
      expectAnswer(message, content, [documented]);
    });

    it('lets routeway/python.py print the text', () => {
      expect(ran.get('routeway/python.py')?.printed).toMatch(/^You said: Hello, Claude! \w+/);
    });
  });
});
