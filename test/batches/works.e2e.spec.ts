import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkEnded, checkProgress } from './check.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from './work-room.js';
import type { Work } from '#batches';

describe('batches', () => {
  let room: WorkRoom;
  let member: Member;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open();
    member = await room.join();
    upstream = new ScriptedUpstream();
  }, 120_000);

  afterEach(() => room.close());

  it('gives each line one result, in the order of the input, and counts that sum up', async () => {
    const ids = idsOf(1_000);
    const work = await member.works.submitBatch(aSubmission(), bodyOf(ids));
    expect(work).toMatchObject({ status: 'in_progress', lines: 1_000 });
    const seen: Work[] = [];
    const watching = setInterval(
      () => void member.works.find('w', 'batch', work.id).then((now) => now && seen.push(now)),
      20,
    );

    member.work(upstream.runner());
    (await room.join()).work(upstream.runner());
    const ended = await untilEnded(member, work);
    clearInterval(watching);

    const results = await checkEnded(member.works, ended, ids);
    checkProgress(seen);
    expect(results.get('line-3')).toEqual({ type: 'succeeded', message: { type: 'message', content: 'line-3' } });
    expect(ended.counts).toEqual({ succeeded: 900, errored: 100, canceled: 0, expired: 0 });
    expect(ended.usage.output).toBe(900);
    expect(upstream.duplicates).toBe(0);
  });
});
