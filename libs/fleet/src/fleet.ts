import { randomBytes } from 'node:crypto';
import type { CredentialLimits, HealthMark, RedisAddress } from '#core';
import { Gossip } from './gossip/gossip.js';
import { Heartbeats } from './heartbeats.js';
import type { WithoutRedis } from './limits/own-share.js';
import { SharedLimits } from './limits/shared-limits.js';
import { inTime } from './redis/in-time.js';
import { type LinkState, RedisLink } from './redis/redis-link.js';

/** How a replica joins the others. */
export interface FleetOptions {
  redis: RedisAddress;
  /** For people; need not be unique. */
  replicaId: string;
  /** What becomes of credential limits while Redis is away, asked each time. */
  withoutRedis: () => WithoutRedis;
  /** The share of a credential's limits that batches leave to whoever waits, 0 to 1. */
  keptForInteractive?: number;
  /** Told of another replica's mark when it is new or lifted, and again within a second where it was not taken, which `false` says. */
  onMark: (mark: HealthMark) => boolean;
  /** Told when Redis comes and goes, as calls notice it. */
  onState?: (state: LinkState) => void;
  /** Milliseconds on a clock that only goes forward. */
  now?: () => number;
  /** From 0 to 1. */
  random?: () => number;
}

/** No call waits longer for Redis. */
const CALL_PATIENCE_MS = 50;
/** What nobody waits for may take longer, and still works where Redis is slow. */
const PATIENCE_MS = 1000;
/** A wait for the bell lasts a second, and then the answer has to come. */
const BELL_PATIENCE_MS = 2500;
/** A replica that starts hears what the others know, if that can be had in so long. */
const START_MS = 1000;
const STOP_MS = 250;

const KEPT_FOR_INTERACTIVE = 0.3;

/** What this replica shares with the others through Redis: marks of health, the limits of credentials, and who is there. */
export class Fleet {
  readonly replicaId: string;
  readonly credentialLimits: CredentialLimits;
  private readonly limits: SharedLimits;
  private readonly gossip: Gossip;
  private readonly heartbeats: Heartbeats;
  private readonly links: { calls: RedisLink; background: RedisLink; bell: RedisLink };

  private constructor(options: FleetOptions) {
    const { redis: address, onMark, onState, replicaId, withoutRedis } = options;
    const { now = () => performance.now(), random = Math.random } = options;
    // A name that a process before this one had is another's to the rest.
    const self = `${replicaId}:${randomBytes(4).toString('hex')}`;
    this.replicaId = replicaId;
    this.links = {
      calls: new RedisLink({ address, patienceMs: CALL_PATIENCE_MS, onState }),
      background: new RedisLink({ address, patienceMs: PATIENCE_MS }),
      bell: new RedisLink({ address, patienceMs: BELL_PATIENCE_MS }),
    };
    const { calls, background: link, bell: bellLink } = this.links;
    this.heartbeats = new Heartbeats(link, self);
    this.gossip = new Gossip({ link, bellLink, self, onMark, now, random });
    this.limits = new SharedLimits({
      link: calls,
      self,
      withoutRedis,
      keptForInteractive: options.keptForInteractive ?? KEPT_FOR_INTERACTIVE,
      replicas: () => this.replicas,
      now,
    });
    this.credentialLimits = this.limits;
  }

  /** Resolves when this replica knows what the others know, or has no Redis, or after a second. Never rejects. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    await inTime(fleet.join(), START_MS).catch(() => undefined);
    return fleet;
  }

  /** How many replicas share the work, as far as was last known; at least 1. */
  get replicas(): number {
    return this.heartbeats.replicas;
  }

  /** Whether Redis answers as quickly as calls need it to. */
  get state(): LinkState {
    return this.links.calls.state;
  }

  /** Tells the other replicas. What they told is not to be told again. */
  publish(mark: HealthMark): void {
    this.gossip.publish(mark);
  }

  /** Leaves: gives back what was held, if Redis takes it at once. Later calls find no Redis. */
  async close(): Promise<void> {
    this.gossip.stop();
    const goodbyes = Promise.all([this.limits.close(), this.heartbeats.stop()]);
    await inTime(goodbyes, STOP_MS).catch(() => undefined);
    for (const link of Object.values(this.links)) link.close();
  }

  private async join(): Promise<void> {
    await Promise.all([this.links.calls.ready(START_MS), this.gossip.start(), this.heartbeats.start()]);
  }
}
