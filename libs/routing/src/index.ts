export { MAX_ATTEMPTS } from './chooser.js';
export type { Chooser, Plan } from './chooser.js';
export { nextStep } from './outcome.js';
export type { NextStep, Outcome } from './outcome.js';
export { TieredChooser } from './tiered-chooser.js';
