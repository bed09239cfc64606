import type { Credential, Deployment, HealthMark, Route } from '#core';
import { CallPlan, type PlanTools } from './call-plan.js';
import type { Ask, Chooser, Plan } from './chooser.js';
import { explain } from './explain.js';
import type { DeploymentState, Explanation } from './explanation.js';
import { ModelShapes } from './model-shapes.js';
import { RetryBudget } from './retry-budget.js';
import { type RouteShape, shapeOf } from './route-shape.js';
import { Selector } from './selector.js';
import { SteadyClock } from './steady-clock.js';
import type { Suspension } from './suspension.js';
import type { Target } from './target.js';
import { stateOf } from './target-state.js';
import { Targets } from './targets.js';

export interface EngineOptions {
  /** Milliseconds, meant to be monotonic. It may jump: nothing lasts longer than its rule says. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** The share of a throttled deployment's pace that batches leave to those who wait, from 0 to below 1. 0.3 by default. */
  keptForInteractive?: number;
  /** Told of everything that other replicas should know. Called within `settled` and `firstByte`: it must not throw, nor take long. */
  onMark?: (mark: HealthMark) => void;
}

/**
 * Chooses upstreams by their health, their load and their speed, and remembers what comes of it. Pure but for what it remembers: all I/O is
 * around it.
 */
export class Engine implements Chooser {
  private readonly clock: SteadyClock;
  private readonly known: Targets;
  private readonly tools: PlanTools;
  private shapes = new WeakMap<Route, RouteShape>();
  private modelShapes = new WeakMap<Route, ModelShapes>();
  private readonly budgets = new Map<string, RetryBudget>();
  private readonly onMark: EngineOptions['onMark'];

  constructor({ now, random, keptForInteractive = 0.3, onMark }: EngineOptions) {
    this.clock = new SteadyClock(now);
    this.known = new Targets({ random, keptForInteractive });
    this.onMark = onMark;
    const announce = (suspension: Suspension): void => onMark?.(suspension.mark(this.clock.read()));
    this.tools = { clock: this.clock, random, selector: new Selector(random), announce };
  }

  plan(route: Route, ask: Ask): Plan {
    return new CallPlan(this.shape(route, ask.model), ask, this.tools);
  }

  /** Where a call would go now, and why. Changes nothing. */
  explain(route: Route, ask: Ask): Explanation {
    return explain(this.shape(route, ask.model), ask, this.clock.read());
  }

  /** A mark from another replica, or from an operator. `remainingMs` 0 lifts it. Gives whether it was taken; if not, say it again. */
  apply(mark: HealthMark): boolean {
    if (mark.subject === EVERYTHING && mark.remainingMs <= 0) this.forgetAll();
    const now = this.clock.read();
    const suspension = this.known.suspension(mark);
    if (mark.remainingMs > 0) return suspension?.hear(now, mark) ?? true;
    if (mark.remainingMs <= 0) suspension?.lift(now);
    return true;
  }

  /**
   * An operator says that a provider's credential is good: whatever was held against it is forgotten, and the other replicas are told.
   * What the provider's own overload has brought about stays. They are told of every kind of mark, even where nothing is held against it
   * here: this replica may not have heard of what they have found out.
   */
  enable(provider: string, { name, fingerprint }: Credential): void {
    const now = this.clock.read();
    const lifted = new Set<Suspension>();
    for (const { deployment, breaker, shared } of this.known.all()) {
      const { credential } = deployment;
      if (deployment.provider.name !== provider) continue;
      if (credential.name !== name || credential.fingerprint !== fingerprint) continue;
      breaker.reset(now);
      const { 'provider-model': _, ...ofCredential } = shared.suspensions;
      for (const suspension of Object.values(ofCredential)) lifted.add(suspension);
    }
    for (const suspension of lifted) {
      suspension.lift(now);
      this.announceLifted(suspension, now);
    }
  }

  /**
   * An operator says that what was learnt holds no longer: every deployment is as if never used. The other replicas are told to forget as
   * well: what they have found out by themselves, such as an open breaker, is not known here.
   */
  forget(): void {
    this.forgetAll();
    this.onMark?.({ subject: EVERYTHING, kind: 'cooldown', reason: 'forgotten', remainingMs: 0 });
  }

  /** The configuration has changed to these routes. Forgets deployments that are gone, unless calls are still running on them. */
  keep(routes: readonly Route[]): void {
    this.known.keep(
      routes.flatMap(({ deployments }) => deployments),
      this.clock.read(),
    );
    const names = new Set(routes.flatMap((route) => route.deployments.map(({ tier }) => budgetName(route, tier))));
    for (const name of this.budgets.keys()) if (!names.has(name)) this.budgets.delete(name);
    // A shape made before holds on to what has just been forgotten.
    this.shapes = new WeakMap();
    this.modelShapes = new WeakMap();
  }

  /** The live state of every deployment in `routes`, each once, in their order; a wildcard's once for each model that was asked for. */
  targets(routes: readonly Route[]): DeploymentState[] {
    const now = this.clock.read();
    const all = routes.flatMap(({ name, deployments }) =>
      deployments.flatMap((deployment) =>
        this.known.listed(deployment).map((found) => ({ ...found, name, deployment })),
      ),
    );
    const seen = new Map<Target, { listed: Deployment; names: string[]; wildcard: Deployment | undefined }>();
    for (const { target, listed, name, deployment } of all) {
      // Its tier and weight are those of today, whenever it was first met.
      const known = seen.get(target) ?? { listed, names: [], wildcard: listed === deployment ? undefined : deployment };
      seen.set(target, known);
      if (!known.names.includes(name)) known.names.push(name);
    }
    return [...seen].map(([target, { listed, names, wildcard }]) => {
      return { ...stateOf(target, names, now), deployment: listed, wildcard };
    });
  }

  /** Each lifts what it holds for all: others may not have heard of it yet, and would later. */
  private forgetAll(): void {
    const now = this.clock.read();
    for (const suspension of this.known.allSuspensions())
      if (suspension.forget(now)) this.announceLifted(suspension, now);
    this.known.forget();
    this.budgets.clear();
    this.shapes = new WeakMap();
    this.modelShapes = new WeakMap();
  }

  private announceLifted(suspension: Suspension, now: number): void {
    for (const kind of KINDS) this.onMark?.({ ...suspension.mark(now), kind });
  }

  private shape(route: Route, model: string | undefined): RouteShape {
    const known = this.shapes.get(route);
    const shape = known ?? this.make(route, undefined);
    if (!known) this.shapes.set(route, shape);
    if (model === undefined || !shape.isWildcard) return shape;
    const models = this.modelShapes.get(route) ?? this.modelsUnder(route);
    return models.of(model) ?? shape;
  }

  private modelsUnder(route: Route): ModelShapes {
    const models = new ModelShapes({
      make: (model) => this.make(route, model),
      isForgettable: ({ tiers }) => {
        const now = this.clock.read();
        return tiers.every(({ members }) => members.every(({ target }) => target.inFlight === 0 && target.isWell(now)));
      },
      forget: ({ tiers }) =>
        this.known.forgetModels(tiers.flatMap(({ members }) => members.map(({ target }) => target))),
    });
    this.modelShapes.set(route, models);
    return models;
  }

  private make(route: Route, model: string | undefined): RouteShape {
    return shapeOf(route, {
      targetOf: (deployment) =>
        model === undefined || deployment.model !== undefined
          ? this.known.of(deployment)
          : this.known.ofModel(deployment, model),
      budgetOf: (of, tier) => this.budget(of, tier),
    });
  }

  private budget(route: Route, tier: number): RetryBudget {
    const name = budgetName(route, tier);
    const budget = this.budgets.get(name) ?? new RetryBudget();
    this.budgets.set(name, budget);
    return budget;
  }
}

/** The subject of a mark that lifts all others, and whatever a replica has learnt besides. */
const EVERYTHING = 'everything';

const KINDS: readonly HealthMark['kind'][] = ['disabled', 'cooldown'];

const budgetName = (route: Route, tier: number): string => `${tier} ${route.name}`;
