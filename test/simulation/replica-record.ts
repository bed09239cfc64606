import type { Deployment } from '#core';
import type { Sent } from './call.js';
import { FailureCount } from './failure-count.js';

/** What one replica has done and met with, noted by the judge. */
export class ReplicaRecord {
  private readonly failures = new Map<Deployment, FailureCount>();
  /** By what they are to find out, those of which nothing has been heard yet. */
  private readonly probes = new Map<string, Sent>();
  private readonly refusedByUs = new Map<Deployment, number>();

  failuresOf(deployment: Deployment): FailureCount {
    const known = this.failures.get(deployment) ?? new FailureCount();
    this.failures.set(deployment, known);
    return known;
  }

  /** Somebody is asked who is not known to work. Gives the one that is to find out already, or takes this one down as the one. */
  probing(what: string, sent: Sent, isForgotten: (probe: Sent) => boolean): Sent | undefined {
    const probe = this.probes.get(what);
    if (probe && !isForgotten(probe)) return probe;
    this.probes.set(what, sent);
    return undefined;
  }

  /** It has begun to be answered, or is over. */
  heardOf(sent: Sent): void {
    for (const [what, probe] of this.probes) if (probe === sent) this.probes.delete(what);
  }

  /** It works again, so there is nothing to find out. */
  foundOut(what: string): void {
    this.probes.delete(what);
  }

  hadNoRoom(deployment: Deployment, now: number): void {
    this.refusedByUs.set(deployment, now);
  }

  /** When our own limits last had no room. */
  noRoomAt(deployment: Deployment): number {
    return this.refusedByUs.get(deployment) ?? Number.NEGATIVE_INFINITY;
  }
}
