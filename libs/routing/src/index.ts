export type { Chooser, Plan } from './chooser.js';
export { TieredChooser } from './tiered-chooser.js';
