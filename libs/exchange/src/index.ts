export type { Attempt, Call, Settlement } from './call.js';
export type { CallTrace } from './call-trace.js';
export { Exchange } from './exchange.js';
export type { ExchangeOptions } from './exchange.js';
export { PassingTrace } from './passing-trace.js';
export { RecordedTrace } from './recorded-trace.js';
export type { Sink } from './sink.js';
export { Ticker } from './ticker.js';
