import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';

const MEGABYTE = 1024 * 1024;

/** Takes in what is posted to it, with what was built, because code in a test runner's sandbox is several times slower. */
const RECEIVER = `
  import { createServer } from 'node:http';
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  import { setImmediate } from 'node:timers/promises';
  import { takeIn } from './dist/libs/batches/src/intake/intake.js';

  // A write takes time, and what is written is gone.
  const sink = { write: () => setImmediate(), discard: async () => {} };
  const server = createServer(async (request, answer) => {
    const memoryBefore = process.memoryUsage.rss();
    let mostMemory = memoryBefore;
    const sampling = setInterval(() => (mostMemory = Math.max(mostMemory, process.memoryUsage.rss())), 10);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const turns = [];
    let usage = process.threadCpuUsage();
    const turning = setInterval(() => {
      const { user, system } = process.threadCpuUsage(usage);
      turns.push((user + system) / 1000);
      usage = process.threadCpuUsage();
    }, 1);
    const start = performance.now();
    const { lines, bytes, chunks } = await takeIn(request, sink);
    const seconds = (performance.now() - start) / 1000;
    delay.disable();
    clearInterval(sampling);
    clearInterval(turning);
    turns.sort((a, b) => a - b);
    answer.end(JSON.stringify({
      lines,
      chunks: chunks.length,
      megabytesPerSecond: Math.round(bytes / seconds / ${MEGABYTE}),
      workMs: { p99: Math.round(turns[Math.floor(0.99 * turns.length)]), most: Math.round(turns.at(-1)) },
      delayMs: { p99: Math.round(delay.percentile(99) / 1e6), most: Math.round(delay.max / 1e6) },
      moreMegabytes: Math.round((mostMemory - memoryBefore) / ${MEGABYTE}),
    }));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Posts a batch as fast as the connection takes it, and tells the answer. */
const SENDER = `
  import { request } from 'node:http';
  const [port, bytes, textBytes] = process.argv.slice(1).map(Number);
  const phrase = 'Some "quoted" text,\\n as people write it. ';
  const content = phrase.repeat(Math.ceil(textBytes / phrase.length)).slice(0, textBytes);
  const params = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content }] };
  const post = request({ port, host: '127.0.0.1', method: 'POST' }, (answer) => answer.pipe(process.stdout));
  let sent = 0;
  let held = '{"requests":[';
  for (let index = 0; index < 100_000; index++) {
    const element = JSON.stringify({ custom_id: 'request-' + index, params });
    if (index > 0 && sent + held.length + element.length + 3 > bytes) break;
    held += (index > 0 ? ',' : '') + element;
    if (held.length < 1e6) continue;
    sent += held.length;
    if (!post.write(held)) await new Promise((drained) => post.once('drain', drained));
    held = '';
  }
  post.end(held + ']}');
`;

interface Load {
  lines: number;
  chunks: number;
  megabytesPerSecond: number;
  /** Of processor time, in one turn of the event loop. What this thread had to wait for a processor is not in it. */
  workMs: { p99: number; most: number };
  /** By the clock, so that it depends on what else the machine does; for the eye. */
  delayMs: { p99: number; most: number };
  moreMegabytes: number;
}

const run = (script: string, args: readonly number[] = []) =>
  spawn(process.execPath, ['--input-type=module', '-e', script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

describe('taking in a batch at the full speed of the loopback', () => {
  const load = async (bytes: number, textBytes: number): Promise<Load> => {
    const receiver = run(RECEIVER);
    try {
      const [port] = await once(createInterface(receiver.stdout), 'line');
      const sender = run(SENDER, [Number(port), bytes, textBytes]);
      const [answer] = await once(createInterface(sender.stdout), 'line');
      return JSON.parse(answer);
    } finally {
      receiver.kill();
    }
  };

  const cases = [
    { what: '32 MB, each of 2.5 kB', bytes: 32 * MEGABYTE, textBytes: 2500, isLong: false },
    { what: '100,000 as small as can be', bytes: 32 * MEGABYTE, textBytes: 1, isLong: false },
    { what: '256 MB, each of 2.5 kB', bytes: 256 * MEGABYTE, textBytes: 2500, isLong: true },
    { what: '256 MB, each of 31 MB', bytes: 256 * MEGABYTE, textBytes: 29 * MEGABYTE, isLong: true },
  ].filter(({ isLong }) => !isLong || process.env.SWITCHYARD_LONG === '1');

  it.each(cases)(
    'holds up neither other callers nor the memory of a batch: $what',
    async ({ what, bytes, textBytes }) => {
      const figures = await load(bytes, textBytes);

      console.info(what, figures);
      expect(figures.workMs.p99).toBeLessThan(25);
      expect(figures.moreMegabytes).toBeLessThan(150);
    },
    120_000,
  );
});
