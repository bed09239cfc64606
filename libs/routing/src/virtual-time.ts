import type { Deployment, Failure, FailureKind, HealthMark, ReportedLimit, Route } from '#core';
import type { Ask, Choice, Plan } from './chooser.js';
import { Engine } from './engine.js';
import type { Outcome } from './outcome.js';

// For specs: an engine whose time and chance are in the test's hands.

export interface Built {
  provider?: string;
  credential?: string;
  fingerprint?: string;
  model?: string | undefined;
  tier?: number;
  weight?: number;
  baseUrl?: string;
}

/** `aDeployment('a', { tier: 2 })`: by default each provider has one credential and one model. */
export const aDeployment = (provider: string, built: Built = {}): Deployment => {
  const { credential = 'key', fingerprint = 'f1', tier = 1, weight = 1, baseUrl = 'http://127.0.0.1:1' } = built;
  const model = 'model' in built ? built.model : 'm';
  return {
    id: `${provider}/${credential}/${model ?? '*'}`,
    provider: {
      name: provider,
      kind: 'anthropic',
      baseUrl,
      timeouts: { connectMs: 5_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 600_000 },
    },
    credential: { name: credential, apiKey: 'k', fingerprint, limits: undefined },
    model,
    tier,
    weight,
  };
};

export const aRoute = (deployments: readonly Deployment[], more: Partial<Route> = {}): Route => ({
  name: 'm',
  deployments,
  affinity: { by: 'none', header: '' },
  waitMs: 0,
  ...more,
});

export const anAsk = (more: Partial<Ask> & { key?: string } = {}): Ask => ({
  estimate: { inputTokens: 1000, outputTokens: 100 },
  stream: true,
  urgency: 'interactive',
  clientRetries: 0,
  affinityKey: () => more.key,
  ...more,
});

export const failed = (
  status: number | FailureKind,
  more: Partial<Failure> = {},
): Extract<Outcome, { kind: 'failed' }> => ({
  kind: 'failed',
  failure: {
    ...(typeof status === 'number' ? { kind: 'status', status } : { kind: status }),
    error: { type: 'api_error', message: 'x' },
    ...more,
  },
});

export const ANSWERED: Outcome = { kind: 'answered' };

/** The same numbers in [0, 1) for the same seed: mulberry32. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** An engine in virtual time. */
export class VirtualEngine {
  now = 1_000_000;
  readonly marks: HealthMark[] = [];
  readonly engine: Engine;

  constructor(seed = 1) {
    const onMark = (mark: HealthMark): number => this.marks.push(mark);
    this.engine = new Engine({ now: () => this.now, random: randomOf(seed), onMark });
  }

  /** One call, in no time at all but for its waits. Returns the ids that were tried and how it ended. */
  call(route: Route, behave: (deployment: Deployment) => Outcome, more: Parameters<typeof anAsk>[0] = {}): Called {
    const plan = this.engine.plan(route, anAsk(more));
    const tried: string[] = [];
    let waited = 0;
    for (;;) {
      const choice = plan.next();
      if (choice.kind === 'none') return { tried, waited, end: choice };
      if (choice.kind === 'wait') {
        this.now += choice.ms;
        waited += choice.ms;
        continue;
      }
      tried.push(choice.deployment.id);
      const outcome = behave(choice.deployment);
      if (outcome.kind === 'answered') plan.firstByte(choice.deployment, 500);
      plan.settled(choice.deployment, outcome);
      if (outcome.kind === 'answered') return { tried, waited, end: undefined };
    }
  }

  /** Begins a call and leaves it running. */
  begin(route: Route, more: Parameters<typeof anAsk>[0] = {}): Running | undefined {
    const plan = this.engine.plan(route, anAsk(more));
    const choice = plan.next();
    return choice.kind === 'try' ? new Running(plan, choice.deployment) : undefined;
  }

  /** A call's first choice, which is given back at once. */
  peek(route: Route, more: Parameters<typeof anAsk>[0] = {}): Choice {
    const plan = this.engine.plan(route, anAsk(more));
    const choice = plan.next();
    if (choice.kind === 'try') plan.settled(choice.deployment, { kind: 'abandoned' });
    return choice;
  }
}

export interface Called {
  tried: string[];
  waited: number;
  end: Extract<Choice, { kind: 'none' }> | undefined;
}

export class Running {
  constructor(
    private readonly plan: Plan,
    readonly deployment: Deployment,
  ) {}

  firstByte(afterMs: number): void {
    this.plan.firstByte(this.deployment, afterMs);
  }

  reported(limits: readonly ReportedLimit[]): void {
    this.plan.reported(this.deployment, limits);
  }

  /** The attempt under way is over: the first, unless it is another's. */
  settle(outcome: Outcome, deployment = this.deployment): void {
    this.plan.settled(deployment, outcome);
  }

  next(): Choice {
    return this.plan.next();
  }
}
