export { Dispatcher } from './dispatcher.js';
export type { AnswerHandler } from './dispatcher.js';
