export { affinityKey } from './messages/affinity-key.js';
export { clientRetries } from './messages/client-retries.js';
export { readMessagesRequest } from './messages/read-messages-request.js';
export { readJobRequest } from './messages/read-job-request.js';
