export { readMessagesRequest } from './messages/read-messages-request.js';
