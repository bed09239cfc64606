export { GatewayProcess, provider, TEST_KEY, testConfig } from './gateway-process.js';
export type { LogLine } from './gateway-process.js';
export { parseEvents } from './sse.js';
export type { SeenEvent } from './sse.js';
