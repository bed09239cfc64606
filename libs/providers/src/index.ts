export { createAdapters } from './adapters.js';
export { Dispatcher } from './dispatcher.js';
export type { AnswerHandler } from './dispatcher.js';
