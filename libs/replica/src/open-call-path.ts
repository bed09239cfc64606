import { hostname } from 'node:os';
import type { HealthMark } from '#core';
import { CallPath } from '#exchange';
import { type ConfigSource, type Logger, randomByte } from '#platform';

/** What operators should look at, and when it is over. */
const tellOfMarks =
  (logger: Logger) =>
  ({ kind, subject, reason, remainingMs }: HealthMark): void => {
    const seconds = Math.ceil(remainingMs / 1000);
    if (kind === 'disabled' && seconds > 0) logger.error({ msg: 'upstream disabled', subject, reason, seconds });
    else logger.info({ msg: seconds > 0 ? 'upstream cooling down' : 'upstream back', subject, reason, seconds });
  };

/** For people; names this process to the others. */
export const replicaId = `${hostname()}:${process.pid}`;

/** Everything between an admitted call and the upstreams, as the configuration has it; it follows the configuration. */
export const openCallPath = async ({ config, logger }: { config: ConfigSource; logger: Logger }): Promise<CallPath> => {
  const { redis, batches, signingKey } = config.current;
  const tellOfRedis = (state: CallPath['fleet']['state']): void =>
    logger[state === 'up' ? 'info' : 'warn']({ msg: 'redis', state });
  const path = await CallPath.open({
    redis,
    withoutRedis: () => config.current.withoutRedis,
    signingKey,
    randomByte,
    replicaId,
    keptForInteractive: batches.interactiveShare,
    onMark: tellOfMarks(logger),
    onRedis: tellOfRedis,
  });
  // It comes and goes later; that it was never there is no change.
  if (path.fleet.state !== 'up') tellOfRedis(path.fleet.state);
  path.keep(config.current.catalog.routes);
  config.onChange(({ catalog }) => path.keep(catalog.routes));
  return path;
};
