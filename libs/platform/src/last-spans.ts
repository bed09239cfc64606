import type { Logger } from './logging.js';
import type { Telemetry } from './telemetry.js';

/** What a collector has not taken by now, it will not take. */
const LAST_SPANS_MS = 2_000;

/** Ends the telemetry of a process that is about to leave. */
export const sendLastSpans = async (telemetry: Telemetry, logger: Logger): Promise<void> => {
  const late = new Promise((resolve) => setTimeout(resolve, LAST_SPANS_MS).unref());
  const sent = telemetry
    .shutdown()
    .catch((error: unknown) => logger.warn({ msg: 'spans were lost', error: String(error) }));
  await Promise.race([sent, late]);
};
