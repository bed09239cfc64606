import type { Deployment, Route, Urgency } from '#core';
import type { Ask, Chooser } from '#routing';
import { Call, type Scene, type Turn, type Watcher } from './call.js';
import { exponential, lognormal } from './random.js';
import { emptyTally } from './tally.js';
import type { Upstream } from './upstream.js';
import type { VirtualTime } from './virtual-time.js';

/** What callers do besides asking and waiting for the answer: shares of all, from 0 to 1. */
export interface Habits {
  /** Conversations that nobody waits for. */
  batches: number;
  /** Conversations with something in them that not every upstream can carry. */
  rich: number;
  /** Calls that their client has sent before. */
  repeated: number;
  /** Calls whose caller hangs up, if the answer takes longer than he has patience. */
  impatient: number;
  /** Calls whose answer is not streamed. */
  whole: number;
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
  /** None, unless said. */
  habits?: Habits;
  watcher?: Watcher;
}

interface Conversation {
  name: string;
  urgency: Urgency;
  isRich: boolean;
}

/** Of a first turn's prompt. */
const FIRST_TOKENS = 2_000;
const PATIENCE_MS = 3_000;
const NONE: Habits = { batches: 0, rich: 0, repeated: 0, impatient: 0, whole: 0 };

/** Conversations that come and go: turns, one after the other, each a little longer than the last. */
export class Traffic {
  /** Of every conversation so far that any upstream can serve at any time, when it began. */
  readonly beginnings: number[] = [];
  readonly tally = emptyTally();
  private readonly habits: Habits;
  private readonly scene: Scene;
  private count = 0;
  private stopped = false;

  constructor(private readonly options: TrafficOptions) {
    const { time, random, upstreams, watcher, habits = NONE } = options;
    this.habits = habits;
    this.scene = { time, random, upstreams, watcher, tally: this.tally };
    for (let at = 0; at < options.conversations; at++) time.after(random() * options.thinkMs, () => this.begin());
  }

  /** No more turns; what is under way ends by itself. */
  stop(): void {
    this.stopped = true;
  }

  private begin(): void {
    const { time, random } = this.options;
    const turns = 1 + Math.floor(exponential(random, 12));
    const urgency = this.is('batches') ? 'batch' : 'interactive';
    const conversation: Conversation = { name: `c${this.count++}`, urgency, isRich: this.is('rich') };
    if (urgency === 'interactive' && !conversation.isRich) this.beginnings.push(time.now);
    this.turn(conversation, FIRST_TOKENS, turns);
  }

  private turn(conversation: Conversation, inputTokens: number, left: number): void {
    if (this.stopped) return;
    if (left === 0) {
      this.begin();
      return;
    }
    const { random, time, thinkMs, lastsMs } = this.options;
    const { name, isRich } = conversation;
    const answerMs = lognormal(random, lastsMs, 0.6);
    const isFirst = inputTokens === FIRST_TOKENS;
    this.call(conversation, { conversation: name, inputTokens, lastsMs: answerMs, isFirst, isRich }, () =>
      time.after(exponential(random, thinkMs), () => this.turn(conversation, inputTokens + 700, left - 1)),
    );
  }

  private call({ name, urgency }: Conversation, turn: Turn, onEnd: () => void): void {
    const { random, time, choosers, route } = this.options;
    const replica = Math.floor(random() * choosers.length);
    const ask: Ask = {
      estimate: { inputTokens: turn.inputTokens, outputTokens: 500 },
      stream: !this.is('whole'),
      urgency,
      clientRetries: this.is('repeated') ? 1 : 0,
      affinityKey: () => name,
    };
    const chooser = choosers[replica];
    if (!chooser) throw new Error('There is no replica.');
    this.tally.calls++;
    const call = new Call(this.scene, { plan: chooser.plan(route, ask), ask, replica, turn }, onEnd);
    if (this.is('impatient')) time.after(exponential(random, PATIENCE_MS), () => call.hangUp());
    call.step();
  }

  /** Chance is asked only where there is a habit, so that worlds without any stay what they were. */
  private is(habit: keyof Habits): boolean {
    return this.habits[habit] > 0 && this.options.random() < this.habits[habit];
  }
}
