import type { Line, LineStatus } from '#batches';
import type { CallPath, Settlement } from '#exchange';
import type { ConfigSource, Logger, Telemetry } from '#platform';
import { CallMetrics, logCall, observeRouting } from '#replica';
import { AdaptiveLimit } from '../slots/adaptive-limit.js';
import { BookedSlots } from '../slots/booked-slots.js';
import { FairSlots } from '../slots/fair-slots.js';
import { NO_LIMIT } from '../slots/no-limit.js';
import { ExchangeLineRunner } from './exchange-line-runner.js';
import { LineAdmission, urgencyOf } from './line-admission.js';

export interface LinesOptions {
  config: ConfigSource;
  logger: Logger;
  telemetry: Telemetry;
  path: CallPath;
  onEnded: (line: Line, status: LineStatus) => void;
}

/** What runs lines, and how many at a time. */
export interface Lines {
  runner: ExchangeLineRunner;
  /** Those of lines that nobody waits for. */
  slots: FairSlots;
  booked: BookedSlots;
}

const now = (): number => performance.now();

/** Puts together what runs lines, over the way of every call. */
export const openLines = ({ config, logger, telemetry, path, onEnded }: LinesOptions): Lines => {
  const current = () => config.current;
  const most = (): number => current().batches.concurrency;
  const slots = {
    batch: new FairSlots({ most, limitOf: () => new AdaptiveLimit(most, Math.random), now }),
    interactive: new FairSlots({ most, limitOf: () => NO_LIMIT, now }),
  };
  const booked = new BookedSlots(slots, {
    weightOf: (workspace) => current().workspaces.find(({ name }) => name === workspace)?.weight ?? 1,
    urgencyOf,
  });
  const metrics = new CallMetrics(telemetry.meter, () => slots.batch.underWay + slots.interactive.underWay);
  observeRouting(telemetry.meter, path, () => current().catalog.routes);
  const runner = new ExchangeLineRunner({
    exchange: path.exchange,
    admission: new LineAdmission(current, telemetry.tracer, now),
    slots: booked,
    config: current,
    random: Math.random,
    onSettled: (settlement) => settled(settlement, logger, metrics),
    onEnded,
    onFault: (line, error) => logFault(logger, line, error),
  });
  return { runner, slots: slots.batch, booked };
};

/** A batch's lines are counted and not logged: there are a hundred thousand of them. */
const settled = (settlement: Settlement, logger: Logger, metrics: CallMetrics): void => {
  settlement.call.trace.end(settlement);
  metrics.settled(settlement);
  if (settlement.call.urgency === 'interactive') logCall(logger, settlement);
};

const logFault = (logger: Logger, { work, index }: Line, error: unknown): void =>
  logger.error({ msg: 'line failed', work: work.id, line: index, stack: error instanceof Error ? error.stack : '' });
