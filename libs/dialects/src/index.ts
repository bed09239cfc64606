export { readMessagesRequest } from './messages/read-messages-request.js';
export type { IncomingRequest } from './messages/read-messages-request.js';
