import type { Deployment } from '#core';
import type { DeploymentState, NoChoice, Outcome } from '#routing';
import { BudgetJudge } from './budget-judge.js';
import type { Call, Sent, Watcher } from './call.js';
import { HealthJudge, type JudgeTools, type Sights } from './health-judge.js';
import { subjectOf } from './refusal-rule.js';

/** No call waits longer than this in all. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Looks at every choice, and does not ask the engine why it was made: it knows only what each upstream has told whom, and what
 * `targets` shows of breakers.
 */
export class Judge implements Watcher {
  private readonly health: HealthJudge;
  private readonly budgets: BudgetJudge;
  /** Of right before the choice; looked at for second attempts and third ones only. */
  private states: readonly DeploymentState[] | undefined;

  constructor(private readonly tools: JudgeTools) {
    this.health = new HealthJudge(tools);
    this.budgets = new BudgetJudge(tools.replicas.length, tools.time, tools.book);
  }

  get sights(): Sights {
    return this.health.sights;
  }

  choosing({ tried, over, replica }: Call): void {
    this.states = tried.length > 0 && !over ? this.health.statesOf(replica) : undefined;
  }

  chosen(call: Call, sent: Sent): void {
    const { notes } = this.tools;
    if (notes.isRead) notes.say(`replica ${call.replica} attempt ${call.tried.length + 1} → ${sent.deployment.id}`);
    this.checkCall(call, sent.deployment);
    this.health.chosen(call, sent, this.states);
    if (!this.budgets.draws(call, sent, this.states ?? [])) notes.violated('more attempts than the budget has');
  }

  firstByte(call: Call, sent: Sent): void {
    this.health.heardOf(call, sent);
    this.health.firstByte(call, sent);
  }

  settled(call: Call, sent: Sent, outcome: Outcome): void {
    const { notes } = this.tools;
    if (notes.isRead) notes.say(`replica ${call.replica} ${sent.deployment.id}: ${inWords(outcome)}`);
    this.health.heardOf(call, sent);
    this.budgets.settled(call, outcome);
    if (outcome.kind === 'answered') this.health.answered(call, sent);
    if (outcome.kind === 'limited') this.health.hadNoRoom(call, sent);
    if (outcome.kind === 'failed') this.health.failed(call, sent, outcome.failure);
  }

  waits(call: Call, ms: number): void {
    const { notes } = this.tools;
    notes.say(`replica ${call.replica} waits for ${ms} ms`);
    if (call.over) notes.violated(`a call that was ${call.over} has to wait`);
    if (!(ms > 0 && call.waitedMs <= LONGEST_WAIT_MS)) notes.violated(`a call waits for ${call.waitedMs} ms in all`);
  }

  none({ over, tried }: Call, { reason, retryAfterMs }: NoChoice): void {
    const { notes } = this.tools;
    if (over === undefined) notes.say(`nothing left after ${tried.length}: ${reason} ${retryAfterMs ?? ''}`);
    if (retryAfterMs !== undefined && !(retryAfterMs >= 0 && retryAfterMs <= 3_600_000))
      notes.violated(`retry-after is ${retryAfterMs} ms`);
  }

  /** An operator tells a replica that the credential of this deployment is good. */
  enabled(replica: number, deployment: Deployment): void {
    const { notes, route, book } = this.tools;
    const credential = subjectOf('credential', deployment);
    notes.say(`replica ${replica} is told that ${credential} is good`);
    for (const other of route.deployments) {
      if (subjectOf('credential', other) !== credential) continue;
      book.enabled(replica, other);
      this.health.forgiven(replica, other);
    }
  }

  jumped(replica: number, ms: number): void {
    this.tools.notes.say(`the clock of replica ${replica} jumps by ${ms} ms`);
    if (ms > 0) this.budgets.jumpedAhead(replica);
  }

  private checkCall({ tried, over, unfit, waitedMs }: Call, deployment: Deployment): void {
    const { notes } = this.tools;
    if (tried.length >= 3) notes.violated(`a fourth attempt, on ${deployment.id}`);
    if (over) notes.violated(`${deployment.id} was chosen for a call that was ${over}`);
    if (unfit.includes(deployment)) notes.violated(`${deployment.id} was chosen again, which cannot carry the call`);
    // One may be waited for, where nothing else is left, and then be tried once more.
    const times = tried.filter((one) => one === deployment).length;
    if (times > (waitedMs > 0 ? 1 : 0)) notes.violated(`${deployment.id} was tried again`);
  }
}

const inWords = (outcome: Outcome): string =>
  outcome.kind === 'failed'
    ? [outcome.failure.kind, outcome.failure.status, outcome.failure.retryAfterMs].filter(Boolean).join(' ')
    : outcome.kind;
