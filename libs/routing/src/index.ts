export type { Ask, Choice, Chooser, NoChoice, Plan, RoutingPolicy } from './chooser.js';
export { Engine, type EngineOptions } from './engine.js';
export type { DeploymentState, ExplainedDeployment, Exclusion, Explanation } from './explanation.js';
export type { Outcome } from './outcome.js';
export { TieredChooser } from './tiered-chooser.js';
