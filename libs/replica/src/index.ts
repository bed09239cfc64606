export { causeOf, logCall } from './call-log.js';
export { CallMetrics } from './call-metrics.js';
export { observeRouting } from './routing-metrics.js';
export { openCallPath, replicaId } from './open-call-path.js';
export { type OpenedWorks, openWorks } from './open-works.js';
