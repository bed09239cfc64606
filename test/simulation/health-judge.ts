import type { Deployment, Failure, Route } from '#core';
import type { DeploymentState } from '#routing';
import type { Call, Sent } from './call.js';
import type { Notes } from './notes.js';
import type { RefusalBook } from './refusal-book.js';
import { subjectOf } from './refusal-rule.js';
import { ReplicaRecord } from './replica-record.js';
import type { Replica } from './replicas.js';
import type { VirtualTime } from './virtual-time.js';

/** What came to pass that is rare, so that a run in which it never does is noticed. */
export interface Sights {
  /** Somebody was asked although its breaker was open, because nobody else was left. */
  panics: number;
  /** Somebody was asked to find out whether it works again. */
  probes: number;
  credentialProbes: number;
}

/** Our own limits say when to come again, and are believed for no longer. */
const NO_ROOM_MS = 60_000;
/** A replica whose clock has gone back does not know how long ago things were. */
const AFTER_JUMP_MS = 60_000;

/** With what the judge looks at a run. */
export interface JudgeTools {
  replicas: readonly Replica[];
  route: Route;
  time: VirtualTime;
  notes: Notes;
  book: RefusalBook;
}

/** Whether nobody is asked who should be left alone. */
export class HealthJudge {
  readonly sights: Sights = { panics: 0, probes: 0, credentialProbes: 0 };
  private readonly records: readonly ReplicaRecord[];

  constructor(private readonly tools: JudgeTools) {
    this.records = tools.replicas.map(() => new ReplicaRecord());
  }

  /** `states`: of right before, where they are known. */
  chosen(call: Call, sent: Sent, states: readonly DeploymentState[] | undefined): void {
    this.checkRefusals(call, sent);
    this.checkPanic(call, sent, states);
  }

  firstByte({ replica }: Call, { deployment, ...sent }: Sent): void {
    const { time, book } = this.tools;
    const record = this.record(replica);
    record.foundOut(breakerOf(deployment));
    record.failuresOf(deployment).answerBegun(time.now);
    book.accepted(replica, deployment, sent.at);
  }

  heardOf({ replica }: Call, sent: Sent): void {
    this.record(replica).heardOf(sent);
  }

  answered({ replica }: Call, { deployment, at }: Sent): void {
    this.record(replica).failuresOf(deployment).answerWhole(at);
  }

  hadNoRoom({ replica }: Call, { deployment }: Sent): void {
    this.record(replica).hadNoRoom(deployment, this.tools.time.now);
  }

  failed({ replica }: Call, { deployment, at, hasBegun }: Sent, failure: Failure): void {
    const { time, book, notes } = this.tools;
    const failures = this.record(replica).failuresOf(deployment);
    failures.failed(time.now, at, failure, hasBegun);
    // Who has made too many requests, or may not use the model, is known: the credential itself is good.
    if (failure.status === 429 || failure.status === 403) book.accepted(replica, deployment, at);
    book.refused(replica, deployment, failure);
    if (failures.mustBeOpen && breakerIn(this.statesOf(replica), deployment) === 'closed')
      notes.violated(`replica ${replica}: the breaker of ${deployment.id} is closed after five failures in a row`);
  }

  forgiven(replica: number, deployment: Deployment): void {
    this.record(replica).failuresOf(deployment).forgiven(this.tools.time.now);
  }

  statesOf(replica: number): readonly DeploymentState[] {
    const { replicas, route } = this.tools;
    return replicas[replica]?.engine.targets([route]) ?? [];
  }

  /** Nobody calls what has been refused, in panic neither, but for the one that finds out when the time is up. */
  private checkRefusals({ replica }: Call, sent: Sent): void {
    const { book, notes } = this.tools;
    const { deployment } = sent;
    const refused = book.forbids(replica, deployment);
    if (refused !== undefined)
      notes.violated(`replica ${replica} asks ${deployment.id} although ${refused} was refused`);
    if (!book.isUnproven(replica, deployment)) return;
    this.sights.credentialProbes++;
    const other = this.probing(replica, subjectOf('credential', deployment), sent);
    if (other)
      notes.violated(
        `replica ${replica} asks ${deployment.id} while ${other.deployment.id} shows whether the key is good`,
      );
  }

  /** Breakers may be ignored only when nobody in any tier is healthy by the judge's own account. */
  private checkPanic(call: Call, sent: Sent, states: readonly DeploymentState[] | undefined): void {
    const { replica } = call;
    const { deployment } = sent;
    const { route, notes } = this.tools;
    const record = this.record(replica);
    if (record.failuresOf(deployment).isCertainlyClosed) return;
    const state = breakerIn(states ?? this.statesOf(replica), deployment);
    if (state === 'closed') return;
    if (state === 'half-open' && !this.probing(replica, breakerOf(deployment), sent)) {
      this.sights.probes++;
      return;
    }
    this.sights.panics++;
    const healthy = route.deployments.find((other) => other !== deployment && this.isHealthy(call, other));
    if (healthy)
      notes.violated(`replica ${replica} asks ${deployment.id}, whose breaker is ${state}, and ${healthy.id} is well`);
  }

  /** Nothing at all speaks against it, and nobody could tell that anything does. */
  private isHealthy({ replica, unfit, ask }: Call, deployment: Deployment): boolean {
    const { time, book } = this.tools;
    const record = this.record(replica);
    return (
      !unfit.includes(deployment) &&
      !this.hasJumpedSince(replica, time.now - AFTER_JUMP_MS) &&
      record.failuresOf(deployment).isCertainlyClosed &&
      record.noRoomAt(deployment) < time.now - NO_ROOM_MS &&
      !book.mayHold(replica, deployment) &&
      // Batches have a pace of their own where anything was refused.
      (ask.urgency === 'interactive' || !book.knows(deployment))
    );
  }

  /** The one that is finding it out already. A jump of the clock takes its place from a probe. */
  private probing(replica: number, what: string, sent: Sent): Sent | undefined {
    return this.record(replica).probing(what, sent, ({ at }) => this.hasJumpedSince(replica, at));
  }

  private hasJumpedSince(replica: number, at: number): boolean {
    return (this.tools.replicas[replica]?.clock.jumpedAt ?? at) > at;
  }

  private record(replica: number): ReplicaRecord {
    const record = this.records[replica];
    if (!record) throw new Error(`There is no replica ${replica}.`);
    return record;
  }
}

const breakerIn = (states: readonly DeploymentState[], deployment: Deployment): DeploymentState['breaker']['state'] =>
  states.find((state) => state.deployment === deployment)?.breaker.state ?? 'closed';

const breakerOf = ({ id }: Deployment): string => `breaker ${id}`;
