export { AttemptSpans } from './attempt-span.js';
export type { Attempt, Call, Settlement } from './call.js';
export { Exchange } from './exchange.js';
export type { ExchangeOptions } from './exchange.js';
export type { Sink } from './sink.js';
export { Ticker } from './ticker.js';
