import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { until } from '#testing';
import { Receiver } from '../../webhooks/receiver.js';
import type { Experiment } from '../experiment.js';
import { atMost, exactly, told } from '../figure.js';
import type { Rig } from '../rig/rig.js';
import { BatchSite } from './batch-site.js';

/** Who tells webhooks, and the batches of which they are to be told. Made again from storage, so that their names are no promise. */
const TURN = 'sw:{b}:hooks-turn';
const OUTBOX = 'sw:{b}:hooks';
/** So long a receiver takes for each: long enough to be under way when its sender is killed. */
const THINKS_MS = 100;
/** With more than 64 waiting, a receiver is told of several at once. */
const MOST_IN_ORDER = 60;
/** Told between one kill and the next. */
const BETWEEN_KILLS = 8;

const openRedis = (rig: Rig, url: string): Redis => {
  const redis = new Redis(url);
  rig.ends(async () => redis.disconnect());
  return redis;
};

const openReceiver = async (rig: Rig): Promise<Receiver> => {
  const receiver = await Receiver.start();
  rig.ends(async () => receiver.stop());
  receiver.thinksMs = THINKS_MS;
  return receiver;
};

/** Ids of batches that have ended one after the other, each of which wants its end to be told. */
const ended = async (site: BatchSite, count: number, url: string): Promise<string[]> => {
  const ids: string[] = [];
  while (ids.length < count) {
    const batch = await site.submit(1, { 'x-switchyard-webhook-url': url });
    await batch.ended(30_000);
    ids.push(batch.id);
  }
  return ids;
};

/** Batches have ended and are to be told of, and whoever tells is killed again and again. */
export const b22: Experiment = {
  id: 'B22',
  title: 'senders of webhooks are killed',
  tier: 'long',
  run: async (rig) => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const kills = rig.scale(2, 6);
    const webhooks = { signing_secret: secret, allow_private_hosts: true };
    const site = await BatchSite.open(rig, { behaviour: '', more: { webhooks } });
    const redis = openRedis(rig, site.redis.url);
    const receiver = await openReceiver(rig);
    // All of them are to wait before the first is told.
    await redis.set(TURN, 'nobody', 'EX', 600);
    const ids = await ended(site, rig.scale(24, MOST_IN_ORDER), `${receiver.url}/hook`);
    await redis.del(TURN);

    for (let kill = 1; kill <= kills; kill++) {
      await until(
        () => receiver.heard.length,
        (heard) => heard >= kill * BETWEEN_KILLS,
        40_000,
      );
      await site.crew.killAll();
      await Promise.all([site.crew.hire(), site.crew.hire()]);
    }
    await until(
      () => redis.zcard(OUTBOX),
      (left) => left === 0,
      60_000,
    );

    const verifier = new Webhook(secret);
    const events = receiver.heard.map(({ id, body, headers }) => {
      const { data } = verifier.verify(body, headers as Record<string, string>) as { data: { id: string } };
      return { id, batch: data.id };
    });
    const idOf = new Map(events.map(({ batch, id }) => [batch, id]));
    return [
      exactly(0, { name: 'batches nobody was told of', value: ids.filter((id) => !idOf.has(id)).length }),
      exactly(0, {
        name: 'deliveries with another id than the first of their batch',
        value: events.filter(({ batch, id }) => idOf.get(batch) !== id).length,
      }),
      exactly(ids.length, { name: 'ids', value: new Set(receiver.ids).size }),
      exactly(0, {
        name: 'batches that were first told of out of their order',
        value: [...idOf.keys()].filter((id, at) => id !== ids[at]).length,
      }),
      // One receiver is told of one after the other.
      atMost(kills, { name: 'told twice', value: events.length - ids.length }),
      told({ name: 'kills of all workers', value: kills }),
    ];
  },
};
