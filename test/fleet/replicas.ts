import { Redis } from 'ioredis';
import type { Deployment, HealthMark, Limits, Reservation } from '#core';
import { Fleet, type FleetOptions } from '#fleet';
import { aDeployment } from '#testing';

/** A replica, and what it has heard from the others. */
export interface Replica {
  fleet: Fleet;
  heard: HealthMark[];
}

/** Replicas of one fleet, all in this process. */
export class Replicas {
  private readonly open: Replica[] = [];

  constructor(private readonly url: string) {}

  async join(name: string, options: Partial<FleetOptions> = {}): Promise<Replica> {
    const heard: HealthMark[] = [];
    const fleet = await Fleet.open({
      redis: { kind: 'single', url: this.url },
      replicaId: name,
      withoutRedis: () => 'split',
      onMark: (mark) => {
        heard.push(mark);
        return true;
      },
      ...options,
    });
    const replica = { fleet, heard };
    this.open.push(replica);
    return replica;
  }

  async close(): Promise<void> {
    await Promise.all(this.open.splice(0).map(({ fleet }) => fleet.close()));
  }
}

/** A deployment whose credential has these limits. */
export const limitedTo = (limits: Limits): Deployment => {
  const deployment = aDeployment('vllm');
  return { ...deployment, credential: { ...deployment.credential, limits } };
};

export const SMALL = { inputTokens: 10, outputTokens: 10 };

/** Reserves so many times, one after another; gives what was granted. */
export const grants = async (fleet: Fleet, deployment: Deployment, times: number): Promise<Reservation[]> => {
  const granted: Reservation[] = [];
  for (let i = 0; i < times; i++) {
    const answer = await fleet.credentialLimits.reserve(deployment, SMALL, 'interactive');
    if (answer.kind === 'granted') granted.push(answer);
  }
  return granted;
};

/** A connection of the test's own, to look and to meddle. */
export const meddle = async <T>(url: string, deed: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(url);
  try {
    return await deed(redis);
  } finally {
    redis.disconnect();
  }
};
