import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CRASH_POINTS } from '#batches';
import { dieAt } from './deaths.js';
import { STORAGES_IN_TIME } from './scene.js';
import { WorkRoom } from './work-room.js';

/** Those of webhooks have tests of their own. */
const POINTS = CRASH_POINTS.filter((point) => !point.startsWith('webhook.'));

/** Some points are passed in each of several works; all of these deaths come after each other. */
const TIMES = [1, 2, 3];

describe.each(STORAGES_IN_TIME)('a process that dies at any step, storing on %s', (storage) => {
  let room: WorkRoom;

  beforeEach(async () => {
    room = await WorkRoom.open({ appendOnly: true, storage });
  }, 120_000);

  afterEach(() => room.close());

  it.each(POINTS)(
    'leaves one result a line: %s',
    async (point) => {
      expect(await dieAt(room, point, TIMES)).toBeGreaterThan(0);
    },
    60_000,
  );
});
