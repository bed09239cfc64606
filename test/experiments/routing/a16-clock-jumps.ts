import type { Experiment } from '../experiment.js';
import { hostClockJumps } from './host-clock.js';
import { redisClockJumps } from './redis-clock.js';

/** The clock jumps by an hour either way: nothing is kept away for longer than its rule says, and limits neither multiply nor freeze. */
export const a16: Experiment = {
  id: 'A16',
  title: 'the clock jumps by an hour',
  tier: 'quick',
  run: async (rig) => [...hostClockJumps(), ...(await redisClockJumps(rig))],
};
