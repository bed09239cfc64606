export type { Ask, Choice, Chooser, NoChoice, Plan, RoutingPolicy } from './chooser.js';
export type { DeploymentState, Exclusion, ExplainedDeployment, Explanation } from './explanation.js';
export type { Outcome } from './outcome.js';
export { TieredChooser } from './tiered-chooser.js';
