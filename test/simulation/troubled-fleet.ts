import type { Deployment, Route } from '#core';
import type { Ask, Engine, Explanation, NoChoice } from '#routing';
import { BudgetAudit } from './budget-audit.js';
import { deploymentAt, type Placement, routeTo } from './deployments.js';
import { among, seeded } from './random.js';
import { replicas } from './replicas.js';
import { type Tally, Traffic } from './traffic.js';
import { type Trouble, Upstream } from './upstream.js';
import { VirtualTime } from './virtual-time.js';

/** All troubles are over by then. */
const CALM_AT = 150_000;
/** The longest that anything is held against a deployment, an operator's word aside, is ten minutes. */
const END_AT = CALM_AT + 13 * 60_000;

const KINDS: readonly Trouble['kind'][] = [
  'error',
  'unreachable',
  'rate-limited',
  'overloaded',
  'key-refused',
  'model-missing',
  'slow',
  'cuts',
  'silent',
];

/** What went wrong under a seed; nothing, if all is well. */
export interface Finding {
  seed: number;
  violations: readonly string[];
  tally: Tally;
}

/** Everything that happens in a run, for looking at one that has failed. */
export type Trace = (line: string) => void;

const drawTroubles = (random: () => number): Trouble[] =>
  Array.from({ length: Math.floor(random() * 4) }, () => {
    const from = random() * CALM_AT * 0.9;
    const to = Math.min(CALM_AT, from + random() * 60_000);
    const retryAfterMs = random() < 0.5 ? Math.ceil(random() * 20) * 1000 : undefined;
    return { from, to, kind: among(random, KINDS), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  });

const drawPlacements = (random: () => number): Placement[] => {
  const tiers = 1 + Math.floor(random() * 3);
  const placements: Placement[] = [];
  for (let tier = 1; tier <= tiers; tier++)
    for (let provider = 0; provider < 1 + Math.floor(random() * 3); provider++)
      for (let credential = 0; credential < 1 + Math.floor(random() * 2); credential++)
        placements.push({
          provider: `p${tier}${provider}`,
          credential: `k${credential}`,
          tier,
          weight: 0.5 + random() * 2.5,
        });
  return placements;
};

/** Runs one fleet through random troubles, and looks at every choice. */
export const runTroubled = (seed: number, trace?: Trace): Finding => {
  const random = seeded(seed);
  const time = new VirtualTime();
  const deployments = drawPlacements(random).map(deploymentAt);
  const upstreams = new Map(
    deployments.map((deployment) => [
      deployment,
      new Upstream(deployment, { time, random }, { firstByteMs: 200 + random() * 800, troubles: drawTroubles(random) }),
    ]),
  );
  const route = routeTo(deployments, random() < 0.5 ? 'prefix' : 'none');
  const engines = replicas(1 + Math.floor(random() * 3), time, random);
  const judge = new Judge(engines, route, time, trace);
  const world = { time, random, route, upstreams, choosers: engines, watcher: judge };
  const conversations = 4 + Math.floor(random() * 12);
  const traffic = new Traffic({ ...world, conversations, thinkMs: 4_000, lastsMs: 3_000 });
  // One in ten sees a rush while things go wrong, which is when a budget for retries matters.
  const rush = new Traffic({ ...world, conversations: random() < 0.1 ? 100 : 0, thinkMs: 1_500, lastsMs: 500 });
  time.after(CALM_AT, () => rush.stop());
  // Whoever mends a key tells the gateway so.
  time.after(CALM_AT, () => {
    for (const { provider, credential } of deployments) engines[0]?.enable(provider.name, credential);
  });
  time.run(END_AT);
  const lately = traffic.beginnings.filter((at) => at > END_AT - LATELY_MS).length;
  judge.afterCalm(upstreams, lately);
  traffic.stop();
  time.run(END_AT + 10 * 60_000);
  judge.afterTheLast();
  return { seed, violations: judge.violations, tally: sum(traffic.tally, rush.tally) };
};

const sum = (one: Tally, other: Tally): Tally => ({
  calls: one.calls + other.calls,
  answered: one.answered + other.answered,
  failed: one.failed + other.failed,
  broken: one.broken + other.broken,
  attempts: one.attempts + other.attempts,
  retries: one.retries + other.retries,
  repeats: one.repeats + other.repeats,
  hits: one.hits + other.hits,
});

/** So many expected and none seen: chance in one of 160,000. */
const CERTAIN = 12;
const LATELY_MS = 8 * 60_000;

/** Never used again without being told: not even when nothing else is left. */
const NEVER: ReadonlySet<string> = new Set(['disabled', 'cooldown']);

class Judge {
  readonly violations: string[] = [];
  private explanation: Explanation | undefined;
  private readonly budgets: readonly BudgetAudit[];

  constructor(
    private readonly engines: readonly Engine[],
    private readonly route: Route,
    private readonly time: VirtualTime,
    private readonly trace: Trace | undefined,
  ) {
    const tiers = new Set(route.deployments.map(({ tier }) => tier)).size;
    this.budgets = engines.map(() => new BudgetAudit(tiers));
  }

  choosing(route: Route, ask: Ask, replica: number): void {
    this.explanation = this.engines[replica]?.explain(route, ask);
  }

  chosen(
    deployment: Deployment,
    { tried, waited, replica }: { tried: readonly Deployment[]; waited: boolean; replica: number },
  ): void {
    this.trace?.(`${this.seconds} replica ${replica} attempt ${tried.length + 1} → ${deployment.id}`);
    if (tried.length >= 3) this.note(`a fourth attempt, on ${deployment.id}`);
    // One may be waited for, where nothing else is left, and then be tried once more.
    const times = tried.filter((one) => one === deployment).length;
    if (times > (waited ? 1 : 0)) this.note(`${deployment.id} was tried again`);
    const states = tried.length > 0 ? (this.engines[replica]?.targets([this.route]) ?? []) : [];
    const begun = { tried, deployment, explanation: this.explanation, states };
    if (this.budgets[replica]?.spend(this.time.now, begun) === false) this.note('more attempts than the budget has');
    if (this.explanation) this.compare(deployment, tried, this.explanation);
  }

  /** What was chosen, with what could have been. */
  private compare(deployment: Deployment, tried: readonly Deployment[], { deployments, panic }: Explanation): void {
    const excluded = deployments.find((known) => known.deployment === deployment)?.excluded;
    if (!excluded) return;
    if (NEVER.has(excluded.code)) this.note(`${deployment.id} was tried although ${excluded.reason}`);
    if (excluded.code !== 'breaker-open' || panic) return;
    const other = deployments.find((known) => !known.excluded && !tried.includes(known.deployment));
    if (other) this.note(`${deployment.id} was tried with an open breaker although ${other.deployment.id} was there`);
  }

  ended(replica: number, isAnswered: boolean): void {
    this.budgets[replica]?.ended(isAnswered);
  }

  none({ reason, retryAfterMs }: NoChoice, attempts: number): void {
    this.trace?.(`${this.seconds} nothing left after ${attempts}: ${reason} ${retryAfterMs ?? ''}`);
    if (retryAfterMs !== undefined && !(retryAfterMs >= 0 && retryAfterMs <= 3_600_000))
      this.note(`retry-after is ${retryAfterMs} ms`);
  }

  /**
   * Long after the last trouble nothing may be held against anybody, and who has a share gets it. `lately`: conversations that have
   * begun lately, each of which goes to a place of its own.
   */
  afterCalm(upstreams: ReadonlyMap<Deployment, Upstream>, lately: number): void {
    for (const [replica, engine] of this.engines.entries())
      for (const { deployment, excluded, breaker } of engine.targets([this.route]))
        if (excluded !== undefined && excluded.code !== 'no-headroom')
          this.note(`replica ${replica} still leaves out ${deployment.id}: ${excluded.code}, breaker ${breaker.state}`);
    const first = this.route.deployments.filter(({ tier }) => tier === 1);
    const total = first.reduce((sum, { weight }) => sum + weight, 0);
    for (const deployment of first) {
      const askedAt = upstreams.get(deployment)?.lastAskedAt ?? 0;
      if ((deployment.weight / total) * lately >= CERTAIN && askedAt < END_AT - LATELY_MS)
        this.note(`${deployment.id} was last asked at ${Math.round(askedAt / 1000)} s and starves`);
    }
  }

  /** What has ended must not be counted as running. */
  afterTheLast(): void {
    for (const engine of this.engines)
      for (const { deployment, inFlight } of engine.targets([this.route]))
        if (inFlight !== 0) this.note(`${deployment.id} has ${inFlight} calls in flight and none running`);
  }

  private get seconds(): string {
    return `${(this.time.now / 1000).toFixed(2).padStart(8)} s`;
  }

  private note(what: string): void {
    if (this.violations.length < 20) this.violations.push(`${this.seconds.trim()}: ${what}`);
    this.trace?.(`${this.seconds} VIOLATION: ${what}`);
  }
}
