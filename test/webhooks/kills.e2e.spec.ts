import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { until } from '#testing';
import { FullOutbox } from './full-outbox.js';

const WORKS = 50;

describe('a sender of webhooks that is killed', () => {
  let outbox: FullOutbox;

  beforeEach(async () => {
    outbox = await FullOutbox.open(WORKS);
  }, 120_000);

  afterEach(() => outbox.close());

  it.each([
    ['webhook.taken:10', 0],
    ['webhook.answered:10', 1],
    ['webhook.written:10', 0],
  ])(
    'at %s leaves all to be told in their order, and tells again what was not noted',
    async (crashAt, again) => {
      await outbox.sendInSpiteOf(crashAt);

      expect(outbox.firsts).toEqual(outbox.ids);
      expect(outbox.duplicates).toBe(again);
    },
    60_000,
  );

  it('five times in the midst of its work tells everybody, each time with the same id, in order', async () => {
    const verifier = new Webhook(outbox.secret);
    for (let kills = 1; kills <= 5; kills++) {
      const sender = outbox.send();
      await until(
        () => outbox.receiver.heard.length,
        (heard) => heard >= kills * 8,
      );
      sender.kill('SIGKILL');
      await once(sender, 'exit');
      await outbox.endTurn();
    }
    outbox.send();
    await outbox.untilTold();

    expect(outbox.firsts).toEqual(outbox.ids);
    // One receiver, so one delivery was under way at each kill.
    expect(outbox.duplicates).toBeLessThanOrEqual(5);
    for (const { body, headers } of outbox.receiver.heard)
      expect(verifier.verify(body, headers as Record<string, string>)).toMatchObject({ type: 'message_job.ended' });
  }, 90_000);

  it('is followed by another within seconds', async () => {
    const first = outbox.send();
    await until(
      () => outbox.receiver.heard.length,
      (heard) => heard >= 5,
    );
    first.kill('SIGKILL');
    outbox.send();
    await outbox.untilTold();

    expect(outbox.firsts).toEqual(outbox.ids);
  }, 60_000);
});
