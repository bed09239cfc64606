export { readMessagesRequest } from './messages/read-messages-request.js';
export { readJobRequest } from './messages/read-job-request.js';
