import { destination, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger };

/**
 * JSON lines on standard output, written as fast as they are taken and never waited for by a call.
 * Nothing that comes from a body or a credential is ever given to it; see `call-log.ts` for what a call logs.
 */
export const createLogger = (service: string, level = process.env.SWITCHYARD_LOG_LEVEL ?? 'info'): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ fd: 1, sync: false }),
  );
