export { createAdapters } from './adapters.js';
export type { AdapterOptions } from './adapters.js';
export { Dispatcher } from './dispatcher.js';
export type { AnswerHandler } from './dispatcher.js';
export { createOpenAiAdapter } from './openai/openai.adapter.js';
export type { OpenAiAdapterOptions } from './openai/openai.adapter.js';
export { isOurSignature } from './openai/thinking-token.js';
export { VENDOR_NAMES } from './openai/vendors.js';
