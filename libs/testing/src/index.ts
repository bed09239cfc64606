export { GatewayProcess, provider, TEST_KEY, testConfig } from './gateway-process.js';
export type { LogLine } from './gateway-process.js';
export { readMessagesStream } from './messages-grammar.js';
export type { MessagesTranscript } from './messages-grammar.js';
export { aDeployment, anOutboundRequest } from './outbound-request.js';
export { parseEvents } from './sse.js';
export type { SeenEvent } from './sse.js';
