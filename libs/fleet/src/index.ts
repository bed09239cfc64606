export { Fleet } from './fleet.js';
export type { FleetOptions } from './fleet.js';
