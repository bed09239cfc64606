import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, type LogLine, TEST_KEY } from '#testing';
import { LANES, startLane } from './lane.js';
import { type PlaybackUpstream, type PlayedRequest, startPlayback } from './playback-upstream.js';
import { say } from './scripted-model.js';

/** Opt-in, because the program weighs a third of a gigabyte. */
const IS_ASKED_FOR = process.env.SWITCHYARD_CLAUDE_CODE === '1' || process.env.SWITCHYARD_LONG === '1';
const VERSION = '2.1.330';
const FOLDER = resolve('.cache/claude-code');
const PROGRAM = join(FOLDER, 'node_modules/.bin/claude');
const MINUTES = 60_000;

const NOTE = 'The signal at the west junction is green.';
const QUESTION = 'What does note.txt say?';
const REPLY = 'It says that the signal is green.';

const install = (): void => {
  if (existsSync(PROGRAM)) return;
  const args = ['install', '--prefix', FOLDER, '--no-audit', '--no-fund', `@anthropic-ai/claude-code@${VERSION}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Claude Code could not be installed: ${stderr}`);
};

/** Whether the conversation has come to the tool's result. */
const holdsResult = (request: PlayedRequest): boolean => JSON.stringify(request.messages).includes(NOTE);

/** A line of `--output-format stream-json`. */
type Printed = Record<string, unknown> & { type: string; message?: { content: Block[] } };
type Block = { type: string; text?: string; name?: string; input?: unknown; content?: unknown };

const lineOf = ({ type, text, name, input, content }: Block): string => {
  if (type === 'tool_use') return `${name} ${JSON.stringify(input)}`;
  return type === 'tool_result' ? JSON.stringify(content) : (text ?? type);
};

/** What was said and what the gateway logged of it, for `docs/conformance.md`, without what differs from run to run. */
const transcriptOf = (printed: readonly Printed[], log: readonly LogLine[], home: string): string => {
  const said = printed.flatMap(({ type, message }) =>
    (message?.content ?? []).map((block) => `${type}: ${lineOf(block)}`),
  );
  const calls = log
    .filter(({ msg }) => msg === 'call')
    .map(({ endpoint, model, stream, status, stop_reason, usage }) =>
      JSON.stringify({ endpoint, model, stream, status, stop_reason, usage }),
    );
  return `${[`user: ${QUESTION}`, ...said, '', ...calls].join('\n').replaceAll(home, '')}\n`;
};

/** A proxy that lets nobody through and counts who tried: what is not on the loopback has to come by here. */
const startBarrier = async (): Promise<{ server: Server; url: string; tried: () => number }> => {
  let tried = 0;
  const server = createServer((socket) => {
    tried++;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tried: () => tried };
};

(IS_ASKED_FOR ? describe : describe.skip)('Claude Code, which needs SWITCHYARD_CLAUDE_CODE=1,', () => {
  let home: string;
  let barrier: Awaited<ReturnType<typeof startBarrier>>;
  beforeAll(async () => {
    install();
    home = await mkdtemp(join(tmpdir(), 'switchyard-claude-code-'));
    await mkdir(join(home, 'work'));
    await writeFile(join(home, 'work/note.txt'), `${NOTE}\n`);
    barrier = await startBarrier();
  }, 5 * MINUTES);
  afterAll(async () => {
    barrier?.server.close();
    await rm(home, { recursive: true, force: true });
  });

  const ask = async (gatewayUrl: string): Promise<{ printed: Printed[]; complaints: string }> => {
    const args = ['-p', QUESTION, '--model', 'claude-sonnet-4-5', '--allowedTools', 'Read'];
    const child = spawn(PROGRAM, [...args, '--output-format', 'stream-json', '--verbose'], {
      cwd: join(home, 'work'),
      env: {
        PATH: process.env.PATH,
        HOME: home,
        ANTHROPIC_BASE_URL: gatewayUrl,
        ANTHROPIC_AUTH_TOKEN: TEST_KEY,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        HTTPS_PROXY: barrier.url,
        HTTP_PROXY: barrier.url,
        NO_PROXY: '127.0.0.1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, complaints]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    await once(child, 'close');
    const lines = out
      .join('')
      .split('\n')
      .filter((line) => line !== '');
    return { printed: lines.map((line) => JSON.parse(line) as Printed), complaints: complaints.join('') };
  };

  describe.each(LANES)('%s', (lane) => {
    const asked: PlayedRequest[] = [];
    let upstream: PlaybackUpstream;
    let gateway: GatewayProcess;
    beforeAll(async () => {
      upstream = await startPlayback((request) => {
        asked.push(request);
        const call = { name: 'Read', input: { file_path: join(home, 'work/note.txt') } };
        return say(lane, holdsResult(request) ? { text: REPLY } : { text: 'I will read it.', call }, request);
      });
      gateway = await startLane(lane, upstream.url);
    });
    afterAll(() => Promise.all([gateway?.stop(), upstream?.close()]));

    it(
      'completes a turn with a tool call',
      async () => {
        const { printed, complaints } = await ask(gateway.url);

        expect({ complaints, last: printed.at(-1) }).toMatchObject({
          complaints: '',
          last: { type: 'result', subtype: 'success', is_error: false, result: REPLY },
        });
        const said = printed.filter(({ type }) => type === 'assistant').map(({ message }) => JSON.stringify(message));
        expect(said.some((message) => message.includes('"name":"Read"'))).toBe(true);
        expect(asked.filter(holdsResult)).toHaveLength(1);
        expect(gateway.log.filter(({ msg }) => msg === 'call').every(({ status }) => status === 200)).toBe(true);
        expect(barrier.tried()).toBe(0);
        await writeFile(join(FOLDER, `transcript-${lane}.txt`), transcriptOf(printed, gateway.log, home));
      },
      3 * MINUTES,
    );
  });
});
