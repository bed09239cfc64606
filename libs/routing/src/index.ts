export type { Ask, Choice, Chooser, NoChoice, Plan, RoutingPolicy } from './chooser.js';
export { Engine } from './engine.js';
export type { DeploymentState, ExplainedDeployment, Exclusion, Explanation } from './explanation.js';
export type { Outcome } from './outcome.js';
export { refusedFor } from './refused-for.js';
