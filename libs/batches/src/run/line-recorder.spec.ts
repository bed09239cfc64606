import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { CountedLine } from '../redis/chunk-claims.js';
import type { WorkStore } from '../work-store.js';
import type { ChunkLogs } from './chunk-logs.js';
import type { HeldClaim } from './held-claim.js';
import { LineRecorder } from './line-recorder.js';

const logsWith = (line: number): ChunkLogs => {
  const answer = { line, letter: 's' as const, usage: {}, at: 0, result: Buffer.alloc(0), log: '1.t.0' };
  return { answers: new Map([[line, [answer]]]), starts: new Map(), epoch: 1 };
};

describe('the counting of answers', () => {
  it('forgets none that comes while it is about to end', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks++) {
      const counted: number[] = [];
      const commit = (_: unknown, lines: readonly CountedLine[]) => {
        counted.push(...lines.map(({ line }) => line));
        return Promise.resolve('recorded');
      };
      const store = { claims: { commit }, report: () => undefined } as unknown as WorkStore;
      const recorder = new LineRecorder(store, { claim: {} } as HeldClaim, new AbortController().signal);
      recorder.recount(logsWith(0));
      for (let at = 0; at < microtasks; at++) await Promise.resolve();
      recorder.recount(logsWith(1));
      await turn();
      expect(counted).toEqual([0, 1]);
    }
  });
});
