import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, TEST_ADMIN_KEY, TEST_KEY } from '#testing';
import {
  type Cut,
  type CutAnswer,
  cutModel,
  cutsFor,
  playCut,
  POSITIONS,
  positionsOf,
  recordAnswers,
} from './cut-answers.js';
import { LANES, startLane } from './lane.js';
import { type PlaybackUpstream, startPlayback } from './playback-upstream.js';
import { describeEachPython, runPython } from './python.js';
import { type Sdk, TYPESCRIPT_CLIENTS } from './typescript-clients.js';

const AT_ONCE = 16;
/** The gateway needs more failures than these to keep calls from an upstream. */
const UNNOTICED = 8;
/** As many faults as are worth reading. */
const SHOWN = 10;
/** The shortest answer has more than five hundred bytes, of which each client may have a fifth. */
const ENOUGH = 100;
const MINUTES = 60_000;
const HELLO = { max_tokens: 500, messages: [{ role: 'user' as const, content: 'Hi' }] };

type Client = InstanceType<Sdk>;

/** What a client makes of an answer: text for comparing, whatever way it was read. Rejects as the client does. */
type Read = (client: Client, model: string) => Promise<string>;

/** The weakest way to read a stream: the client itself checks nothing but what it cannot parse. */
const readEvents: Read = async (client, model) => {
  const events: RawMessageStreamEvent[] = [];
  for await (const event of await client.messages.create({ ...HELLO, model, stream: true })) events.push(event);
  return events.map((event) => ('delta' in event ? JSON.stringify(event.delta) : event.type)).join('\n');
};

const readFinal: Read = async (client, model) => {
  const { content, stop_reason } = await client.messages.stream({ ...HELLO, model }).finalMessage();
  return JSON.stringify({ content, stop_reason });
};

const readWhole: Read = async (client, model) => {
  const { content, stop_reason } = await client.messages.create({ ...HELLO, model });
  return JSON.stringify({ content, stop_reason });
};

const READS = { stream: [readEvents, readFinal], whole: [readWhole] } as const;

/** Each way of reading for three positions on end, which is as many as there are ways of cutting. */
const inTurn = (reads: readonly Read[], k: number): Read => reads[Math.floor(k / 3) % reads.length] ?? readWhole;

/** Runs so many at once until there are none left. */
const runAll = async (jobs: readonly (() => Promise<void>)[]): Promise<void> => {
  const queue = jobs.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const job of queue) await job();
    }),
  );
};

/** Whether the gateway kept the call from its upstream. */
const wasSpared = ({ headers }: { headers: Headers | undefined }): boolean =>
  headers?.get('x-switchyard-attempt-count') === '0';

/** Reads every cut. Returns the first that were taken for complete or upset the client, and how many calls there were. */
const readEveryCut = async (Sdk: Sdk, gateway: GatewayProcess, reads: readonly Read[], cuts: readonly Cut[]) => {
  const client = new Sdk({ baseURL: gateway.url, apiKey: TEST_KEY, maxRetries: 0 });
  const complete = new Map<Read, string>();
  const [first] = cuts;
  for (const read of reads)
    if (first) complete.set(read, await read(client, cutModel(first.answer, first.answer.bytes.length)));
  const wrong: string[] = [];
  let begun = 0;
  const check = async (cut: Cut, read: Read): Promise<void> => {
    const { answer, k } = cut;
    const model = cutModel(answer, k);
    if (begun++ % UNNOTICED === 0) await gateway.forgetHealth();
    try {
      const got = await read(client, model);
      if (k < answer.completeAt || got !== complete.get(read)) wrong.push(`${model}: ${got}`);
    } catch (error) {
      if (!(error instanceof Sdk.APIError)) wrong.push(`${model}: raised ${String(error)}`);
      // Of those that are on their way at once, more may have failed.
      else if (wasSpared(error)) await check(cut, read);
    }
  };
  await runAll(cuts.map((cut) => () => check(cut, inTurn(reads, cut.k))));
  return { calls: cuts.length + reads.length, wrong: wrong.slice(0, SHOWN), complete: [...complete.values()] };
};

describe.each(LANES)(`an upstream that is cut off after k bytes, ${POSITIONS}, %s,`, (lane) => {
  describe.each(['stream', 'whole'] as const)('%s', (kind) => {
    let answers: CutAnswer[];
    let upstream: PlaybackUpstream;
    let gateway: GatewayProcess;
    beforeAll(async () => {
      answers = await recordAnswers(lane, kind);
      upstream = await startPlayback(playCut(answers));
      gateway = await startLane(lane, upstream.url);
    });
    afterAll(() => Promise.all([gateway?.stop(), upstream?.close()]));

    TYPESCRIPT_CLIENTS.forEach(({ name, Sdk }, index) => {
      it(
        `makes ${name} raise`,
        async () => {
          const before = upstream.played;
          const cuts = [...cutsFor(index, answers)];
          const { calls, wrong, complete } = await readEveryCut(Sdk, gateway, READS[kind], cuts);

          expect(wrong).toEqual([]);
          expect(complete.every((text) => text.includes('tool_use'))).toBe(true);
          expect(calls).toBeGreaterThan(ENOUGH);
          expect(upstream.played - before).toBeGreaterThanOrEqual(calls);
        },
        2 * MINUTES,
      );
    });

    describeEachPython((python, index) => {
      it(
        'raises',
        async () => {
          const before = upstream.played;
          const argument = {
            url: gateway.url,
            key: TEST_KEY,
            admin_key: TEST_ADMIN_KEY,
            hello: HELLO,
            stream: kind === 'stream',
            ...positionsOf(TYPESCRIPT_CLIENTS.length + index),
            answers: answers.map(({ name, bytes, completeAt }) => ({
              name,
              length: bytes.length,
              complete_at: completeAt,
            })),
          };
          const printed = await runPython(python, { script: 'cut_answers.py', argument });
          const { calls, wrong, complete } = JSON.parse(printed) as Record<string, unknown>;

          expect(wrong).toEqual([]);
          expect(JSON.stringify(complete)).toContain('tool_use');
          expect(calls).toBeGreaterThan(ENOUGH);
          expect(upstream.played - before).toBeGreaterThanOrEqual(Number(calls));
        },
        2 * MINUTES,
      );
    });
  });
});
