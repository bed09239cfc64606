import type { Deployment, Failure } from '#core';
import type { Ask, NoChoice, Outcome, Plan } from '#routing';
import { among } from './random.js';
import type { Tally } from './tally.js';
import type { Asked, Upstream } from './upstream.js';
import type { VirtualTime } from './virtual-time.js';

/** A choice, from the moment when it was made. */
export interface Sent {
  deployment: Deployment;
  at: number;
  /** Its answer has begun. */
  hasBegun: boolean;
}

/** Who looks at every step of every call. */
export interface Watcher {
  /** Right before a choice is made. */
  choosing?(call: Call): void;
  chosen?(call: Call, sent: Sent): void;
  firstByte?(call: Call, sent: Sent): void;
  /** The choice is over, and the plan has been told. */
  settled?(call: Call, sent: Sent, outcome: Outcome): void;
  waits?(call: Call, ms: number): void;
  none?(call: Call, choice: NoChoice): void;
}

/** Where calls happen. */
export interface Scene {
  time: VirtualTime;
  random: () => number;
  upstreams: ReadonlyMap<Deployment, Upstream>;
  tally: Tally;
  watcher?: Watcher | undefined;
}

/** What is asked. */
export interface Turn extends Asked {
  isFirst: boolean;
  /** There is something in it that plain upstreams have no words for. */
  isRich: boolean;
}

/** What is asked of which replica. */
export interface Asking {
  plan: Plan;
  ask: Ask;
  replica: number;
  turn: Turn;
}

/** One call through one replica: does what the exchange does, and asks for another choice even where there must not be one. */
export class Call {
  /** Those that it was sent to. */
  readonly tried: Deployment[] = [];
  /** Those that could not carry it. */
  readonly unfit: Deployment[] = [];
  waitedMs = 0;
  /** It has waited since it last failed. */
  hasWaited = false;
  /** Why it must not be sent anywhere any more. */
  over: 'answered' | 'failed after content' | 'abandoned' | undefined;

  private current: { sent: Sent; hangUp: () => void } | undefined;
  private isEnded = false;

  readonly ask: Ask;
  readonly replica: number;
  private readonly plan: Plan;
  private readonly turn: Turn;

  constructor(
    private readonly scene: Scene,
    { plan, ask, replica, turn }: Asking,
    private readonly onEnd: () => void,
  ) {
    this.plan = plan;
    this.ask = ask;
    this.replica = replica;
    this.turn = turn;
  }

  step(): void {
    const { watcher, tally, time } = this.scene;
    watcher?.choosing?.(this);
    const choice = this.plan.next();
    switch (choice.kind) {
      case 'try':
        this.send(choice.deployment);
        return;
      case 'wait':
        tally.waits++;
        this.waitedMs += choice.ms;
        this.hasWaited = true;
        watcher?.waits?.(this, choice.ms);
        time.after(choice.ms, () => {
          if (!this.isEnded) this.step();
        });
        return;
      case 'none':
        watcher?.none?.(this, choice);
        this.end();
    }
  }

  /** The caller is gone. */
  hangUp(): void {
    if (this.isEnded) return;
    this.over = 'abandoned';
    const { current } = this;
    current?.hangUp();
    if (!current) this.end();
    else {
      this.settle(current.sent, { kind: 'abandoned' });
      this.step();
    }
  }

  private send(deployment: Deployment): void {
    const { time, upstreams, watcher, tally } = this.scene;
    const sent: Sent = { deployment, at: time.now, hasBegun: false };
    watcher?.chosen?.(this, sent);
    // The watcher has said so; nothing good can come of it.
    if (this.over || this.unfit.includes(deployment)) {
      this.end();
      return;
    }
    const upstream = upstreams.get(deployment);
    if (!upstream) throw new Error(`There is no ${deployment.id}.`);
    const kept = this.keptBack(upstream);
    if (kept) {
      this.settle(sent, kept);
      this.step();
      return;
    }
    this.tried.push(deployment);
    tally.attempts++;
    if (this.tried.length > 1) tally.retries++;
    const hangUp = upstream.ask(this.turn, {
      firstByte: (afterMs) => {
        sent.hasBegun = true;
        this.plan.firstByte(deployment, afterMs);
        watcher?.firstByte?.(this, sent);
      },
      done: (cached) => this.answered(sent, cached),
      failed: (failure, hasContent) => this.failed(sent, failure, hasContent),
    });
    this.current = { sent, hangUp };
  }

  /** Why nothing is sent, if so. */
  private keptBack({ trouble, manners }: Upstream): Outcome | undefined {
    const { random, tally } = this.scene;
    if (this.turn.isRich && manners.isPlain === true) {
      tally.unfit++;
      return { kind: 'unfit' };
    }
    if (trouble?.kind !== 'no-room' || random() < 0.3) return undefined;
    tally.limited++;
    const dimension = among(random, ['requests', 'input-tokens', 'concurrency'] as const);
    return { kind: 'limited', dimension, retryAfterMs: 50 + 3_000 * random(), estimate: this.ask.estimate };
  }

  private answered(sent: Sent, cached: boolean): void {
    const { tally } = this.scene;
    if (!this.turn.isFirst) tally.repeats++;
    if (cached) tally.hits++;
    this.over = 'answered';
    this.settle(sent, { kind: 'answered' });
    this.step();
  }

  private failed(sent: Sent, failure: Failure, hasContent: boolean): void {
    if (hasContent) this.over = 'failed after content';
    this.hasWaited = false;
    this.settle(sent, { kind: 'failed', failure, hasContent });
    this.step();
  }

  private settle(sent: Sent, outcome: Outcome): void {
    this.current = undefined;
    if (outcome.kind === 'unfit') this.unfit.push(sent.deployment);
    this.plan.settled(sent.deployment, outcome);
    this.scene.watcher?.settled?.(this, sent, outcome);
  }

  private end(): void {
    const { tally } = this.scene;
    this.isEnded = true;
    if (this.over === 'answered') tally.answered++;
    else if (this.over === 'failed after content') tally.broken++;
    else if (this.over === 'abandoned') tally.abandoned++;
    else tally.failed++;
    this.onEnd();
  }
}
