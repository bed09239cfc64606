import { destination, type Logger, pino } from 'pino';

export type { Logger };

/** Lines are gathered for so long, or until there are so many bytes, because one write of twenty lines costs as much as one of one. */
const FLUSH_MS = 100;
const FLUSH_BYTES = 16 * 1024 - 1;
/** Lines that nobody takes are dropped beyond this, rather than kept until there is no memory. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * JSON lines on standard output, gathered for a moment and written behind the calls that they tell of.
 * `time` is in milliseconds since 1970. Nothing that comes from a body or a credential is ever given to it; see
 * `call-recorder.ts` for what a call logs.
 */
export const createLogger = (service: string, level = process.env.SWITCHYARD_LOG_LEVEL ?? 'info'): Logger => {
  const output = destination({ fd: 1, sync: false, minLength: FLUSH_BYTES, maxLength: MOST_BYTES });
  setInterval(() => output.flush(), FLUSH_MS).unref();
  process.on('exit', () => output.flushSync());
  return pino({ level, base: { service }, formatters: { level: (label) => ({ level: label }) } }, output);
};
