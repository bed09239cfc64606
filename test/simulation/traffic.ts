import type { Deployment, Route } from '#core';
import type { Ask, Chooser, NoChoice, Plan } from '#routing';
import { exponential, lognormal } from './random.js';
import type { Asked, Upstream } from './upstream.js';
import type { VirtualTime } from './virtual-time.js';

/** What happened to the calls. */
export interface Tally {
  calls: number;
  answered: number;
  /** Ended in an error before content, and why. */
  failed: number;
  broken: number;
  attempts: number;
  retries: number;
  /** Answered calls whose prompt could have been remembered: every turn but a conversation's first. */
  repeats: number;
  hits: number;
}

/** Who looks at every step. */
export interface Watcher {
  /** Right before a choice is made. */
  choosing?(route: Route, ask: Ask, replica: number): void;
  /** `waited`: the call was made to wait before. */
  chosen?(deployment: Deployment, call: { tried: readonly Deployment[]; waited: boolean; replica: number }): void;
  /** An attempt is over. */
  ended?(replica: number, isAnswered: boolean): void;
  none?(choice: NoChoice, attempts: number): void;
}

export interface TrafficOptions {
  time: VirtualTime;
  random: () => number;
  route: Route;
  /** One for each replica; a call goes to any. */
  choosers: readonly Chooser[];
  upstreams: ReadonlyMap<Deployment, Upstream>;
  conversations: number;
  /** Between an answer and the next turn, on average. */
  thinkMs: number;
  /** Of an answer, from its first byte on. */
  lastsMs: number;
  watcher?: Watcher;
}

/** Of a first turn's prompt. */
const FIRST_TOKENS = 2_000;

/** Conversations that come and go: turns, one after the other, each a little longer than the last. */
export class Traffic {
  /** Of every conversation so far, when it began. */
  readonly beginnings: number[] = [];
  readonly tally: Tally = { calls: 0, answered: 0, failed: 0, broken: 0, attempts: 0, retries: 0, repeats: 0, hits: 0 };
  private count = 0;
  private stopped = false;

  constructor(private readonly options: TrafficOptions) {
    for (let at = 0; at < options.conversations; at++)
      options.time.after(options.random() * options.thinkMs, () => this.begin());
  }

  /** No more turns; what is under way ends by itself. */
  stop(): void {
    this.stopped = true;
  }

  private begin(): void {
    this.beginnings.push(this.options.time.now);
    const turns = 1 + Math.floor(exponential(this.options.random, 12));
    this.turn(`c${this.count++}`, FIRST_TOKENS, turns);
  }

  private turn(conversation: string, inputTokens: number, left: number): void {
    if (this.stopped) return;
    if (left === 0) {
      this.begin();
      return;
    }
    const { random, time, thinkMs, lastsMs } = this.options;
    const answerMs = lognormal(random, lastsMs, 0.6);
    const isFirst = inputTokens === FIRST_TOKENS;
    this.call({ conversation, inputTokens, lastsMs: answerMs, isFirst }, () =>
      time.after(exponential(random, thinkMs), () => this.turn(conversation, inputTokens + 700, left - 1)),
    );
  }

  private call(asked: Turn, over: () => void): void {
    const { random, choosers, route } = this.options;
    const replica = Math.floor(random() * choosers.length);
    const ask: Ask = {
      estimate: { inputTokens: asked.inputTokens, outputTokens: 500 },
      stream: true,
      urgency: 'interactive',
      clientRetries: 0,
      affinityKey: () => asked.conversation,
    };
    const chooser = choosers[replica];
    if (!chooser) throw new Error('There is no replica.');
    this.tally.calls++;
    this.step({ plan: chooser.plan(route, ask), ask, replica, asked, over, tried: [], waited: false });
  }

  private step(call: RunningCall): void {
    const { time, watcher, route, upstreams } = this.options;
    watcher?.choosing?.(route, call.ask, call.replica);
    const choice = call.plan.next();
    if (choice.kind === 'wait') {
      call.waited = true;
      time.after(choice.ms, () => this.step(call));
      return;
    }
    if (choice.kind === 'none') {
      this.tally.failed++;
      watcher?.none?.(choice, call.tried.length);
      call.over();
      return;
    }
    const { deployment } = choice;
    watcher?.chosen?.(deployment, call);

    call.tried.push(deployment);
    this.tally.attempts++;
    if (call.tried.length > 1) this.tally.retries++;
    upstreams.get(deployment)?.ask(call.asked, {
      firstByte: (afterMs) => call.plan.firstByte(deployment, afterMs),
      done: (cached) => {
        call.plan.settled(deployment, { kind: 'answered' });
        watcher?.ended?.(call.replica, true);
        this.tally.answered++;
        if (!call.asked.isFirst) this.tally.repeats++;
        if (cached) this.tally.hits++;
        call.over();
      },
      failed: (failure, afterContent) => {
        call.plan.settled(deployment, { kind: 'failed', failure });
        watcher?.ended?.(call.replica, false);
        // What the exchange does: after content there is nothing left to choose.
        if (!afterContent) this.step(call);
        else {
          this.tally.broken++;
          call.over();
        }
      },
    });
  }
}

interface Turn extends Asked {
  isFirst: boolean;
}

interface RunningCall {
  plan: Plan;
  ask: Ask;
  replica: number;
  asked: Turn;
  over: () => void;
  tried: Deployment[];
  waited: boolean;
}
