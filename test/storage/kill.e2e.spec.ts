import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStorage, type Storage } from '#batches';
import { all, numbers } from './reading.js';

const ROUNDS = 10;
const STRIDE = 100_000;

const whole = (number: number) => `${number} `.repeat(20_000 + (number % 1000));

describe('a process killed while it writes', () => {
  let folder: string;
  let storage: Storage;
  let writer: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-kill-'));
    storage = await openStorage({ kind: 'file', folder });
  });

  afterEach(async () => {
    writer?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** What was said to be durable until so many lines were read and the process killed in the midst of the next. */
  const runUntil = async (lines: number, first: number): Promise<string[]> => {
    const child = spawn(process.execPath, ['dist/test/storage/processes/writer.js', folder, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    writer = child;
    const told: string[] = [];
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      told.push(line);
      if (told.length === lines) child.kill('SIGKILL');
    }
    expect((await ended)[1]).toBe('SIGKILL');
    return told;
  };

  it('leaves whole objects only, and every record that it was told is durable', async () => {
    const records = new Set<string>();
    for (const round of numbers(ROUNDS)) {
      const told = await runUntil(50 + round * 137, round * STRIDE);
      const latest = new Map<number, number>();
      for (const [what, number = ''] of told.map((line) => line.split(' '))) {
        if (what === 'record') records.add(number);
        if (what === 'created') expect(String(await storage.read(`created/${number}`))).toBe(whole(Number(number)));
        if (what === 'object') latest.set(Number(number) % 7, Number(number));
      }
      for (const path of await all(storage.list(''))) {
        if (path === 'log') continue;
        const text = String(await storage.read(path));
        expect(text === whole(Number.parseInt(text, 10))).toBe(true);
      }
      for (const [slot, number] of latest)
        expect(Number.parseInt(String(await storage.read(`objects/${slot}`)), 10)).toBeGreaterThanOrEqual(number);

      const read = new Set((await all(storage.readLog('log'))).map((record) => String(record).split(' ')[0] ?? ''));
      expect([...records].filter((number) => !read.has(number))).toEqual([]);
    }
    expect(records.size).toBeGreaterThan(ROUNDS * 10);
  }, 120_000);
});
