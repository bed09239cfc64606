import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Work } from '#batches';
import { HeldStorage } from './held-storage.js';
import { aSubmission, type Member, WorkRoom } from './work-room.js';

describe('looking after works that wait for a worker', () => {
  let room: WorkRoom;
  let member: Member;

  beforeEach(async () => {
    room = await WorkRoom.open();
    member = await room.join();
  }, 120_000);

  afterEach(() => room.close());

  const submit = (): Promise<Work> => member.works.submitJob(aSubmission({ kind: 'job' }), Buffer.from('{}'));

  /** Somebody joins, and looks after everything; gives how often a manifest was read for it. */
  const sweep = async (): Promise<number> => {
    const storage = await room.place.openStorage();
    const manifests = new HeldStorage(storage, '/manifest');
    await room.join({ storage });
    return manifests.asked;
  };

  it('reads nothing in storage of those that the scheduler knows', async () => {
    await Promise.all([submit(), submit(), submit()]);

    expect(await sweep()).toBe(0);
    expect(room.offers.size).toBe(3);
  });

  it('offers again what the scheduler has lost', async () => {
    const [lost] = await Promise.all([submit(), submit(), submit()]);
    await room.offers.withdraw(lost);

    expect(await sweep()).toBe(1);
    expect(room.offers.size).toBe(3);
  });
});
