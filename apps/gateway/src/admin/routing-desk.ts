import type { Route } from '#core';
import type { CallPath } from '#exchange';
import type { Config } from '#platform';
import type { Ask, DeploymentState, Explanation } from '#routing';

/** What operators may know of routing and do about it. */
export class RoutingDesk {
  constructor(
    private readonly config: () => Config,
    private readonly path: CallPath,
  ) {}

  route(model: string): Route | undefined {
    return this.config().catalog.find(model);
  }

  targets(): DeploymentState[] {
    return this.path.engine.targets(this.config().catalog.routes);
  }

  explain(route: Route, ask: Ask): Explanation {
    return this.path.engine.explain(route, ask);
  }

  /** False where there is no such credential. */
  enable(provider: string, name: string): boolean {
    const credentials = this.config().providers.find((known) => known.name === provider)?.credentials;
    const credential = credentials?.find((known) => known.name === name);
    if (credential) this.path.engine.enable(provider, credential);
    return credential !== undefined;
  }

  forget(): void {
    this.path.engine.forget();
  }

  /** What this replica sees around it. */
  surroundings(): object {
    const { replicas, state, credentialLimits } = this.path.fleet;
    return { replicas, redis: state, limits: credentialLimits.mode };
  }

  get replica(): string {
    return this.path.fleet.replicaId;
  }

  /** How many upstreams there are, and how many of them calls may go to now. */
  upstreams(): { known: number; usable: number } {
    const targets = this.targets();
    return { known: targets.length, usable: targets.filter(({ excluded }) => excluded === undefined).length };
  }
}
