export { CallPath } from './call-path.js';
export type { Call, Settlement } from './call.js';
export { Exchange } from './exchange.js';
export { PassingTrace } from './passing-trace.js';
export { RecordedTrace } from './recorded-trace.js';
export type { Sink } from './sink.js';
export { Ticker } from './ticker.js';
