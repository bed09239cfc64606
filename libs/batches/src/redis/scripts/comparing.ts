import { RUN_ID, script } from '../script.js';

/** KEYS ready. Whether it is this run that was compared with storage. */
export const READY = script('even-when-full', `${RUN_ID}\nreturn redis.call('GET', KEYS[1]) == runId and 1 or 0`);

/** KEYS comparing. ARGV a name. Gives the run id, and the name of the comparison that began first and has not ended. */
export const BEGIN_COMPARING = script(
  'even-when-full',
  `${RUN_ID}
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return {runId, redis.call('GET', KEYS[1])}
`,
);

/**
 * KEYS ready comparing. ARGV what `BEGIN_COMPARING` gave. 0 when anything may have been lost since: then it is another run, or the
 * comparison is not known.
 */
export const END_COMPARING = script(
  'even-when-full',
  `${RUN_ID}
if ARGV[1] ~= runId or redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], runId)
redis.call('DEL', KEYS[2])
return 1
`,
);
