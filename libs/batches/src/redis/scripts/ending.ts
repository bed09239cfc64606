import { NOW, RUN_ID, script } from '../script.js';

/** KEYS work canceling. ARGV id, when, channel. The first one's time stays; one that has ended stays as it is. */
export const CANCEL = script(
  'even-when-full',
  `
if redis.call('HGET', KEYS[1], 'endedAt') or redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSETNX', KEYS[1], 'cancelInitiatedAt', ARGV[2])
redis.call('ZADD', KEYS[2], 'NX', ARGV[2], ARGV[1])
redis.call('PUBLISH', ARGV[3], 'cancel ' .. ARGV[1])
return 1
`,
);

/**
 * From here on nothing of the work changes but that it ends. KEYS work claims sealed done ready. Tells what is final then; or `WRONG`
 * when the counts do not agree with the marks; or `BUSY`, now, how long it has been over, and the claims of a work that is over but
 * still has chunks somebody began; or `RESTORING` when there may be answers in storage of which nothing is known here yet; or `OPEN`.
 */
export const CLOSE = script(
  'even-when-full',
  `${NOW}${RUN_ID}
local work = redis.call('HMGET', KEYS[1], 'chunks', 'sealed', 'endedAt', 'closing', 'cancelInitiatedAt', 'expiresAt',
  'succeeded', 'errored', 'restoring')
if not work[1] then return {'MISSING'} end
if work[3] then return {'ENDED'} end
if not work[4] then
  if tonumber(work[7]) + tonumber(work[8]) ~= redis.call('BITCOUNT', KEYS[4])
    or tonumber(work[2]) ~= redis.call('BITCOUNT', KEYS[3]) then return {'WRONG'} end
  if tonumber(work[2]) < tonumber(work[1]) then
    if not work[5] and now < tonumber(work[6]) then return {'OPEN'} end
    if work[9] or redis.call('GET', KEYS[5]) ~= runId then return {'RESTORING'} end
    local claims = redis.call('HGETALL', KEYS[2])
    if #claims > 0 then
      local since = math.min(tonumber(work[5] or work[6]), tonumber(work[6]))
      return {'BUSY', string.format('%.0f', now), string.format('%.0f', now - since), claims}
    end
  end
  redis.call('HSET', KEYS[1], 'closing', string.format('%.0f', now))
end
return {'CLOSED', redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[3]) or ''}
`,
);

/**
 * Ends a work as storage says that it has ended, once. KEYS work open canceling kept hooks load done sealed claims.
 * ARGV id, when, succeeded, errored, canceled, expired, duplicate calls, JSON of usage, channel, with hook, when it was begun.
 */
export const END = script(
  'even-when-full',
  `
local id = ARGV[1]
local work = redis.call('HMGET', KEYS[1], 'lines', 'kind', 'endedAt', 'succeeded', 'errored', 'createdAt')
if not work[1] or work[3] then return 0 end
redis.call('HINCRBY', KEYS[6], 'lines', work[4] + work[5] - work[1])
if work[2] == 'batch' then redis.call('HINCRBY', KEYS[6], 'batches', -1) end
redis.call('HSET', KEYS[1], 'endedAt', ARGV[2], 'succeeded', ARGV[3], 'errored', ARGV[4], 'canceled', ARGV[5],
  'expired', ARGV[6], 'duplicateCalls', ARGV[7])
if ARGV[11] ~= '' then redis.call('HSET', KEYS[1], 'startedAt', ARGV[11]) end
for _, entry in ipairs(cjson.decode(ARGV[8])) do
  redis.call('HSET', KEYS[1], 'usage:' .. entry[1], string.format('%.0f', entry[2]))
end
redis.call('HDEL', KEYS[1], 'closing', 'sealed', 'restoring')
redis.call('DEL', KEYS[7], KEYS[8], KEYS[9])
redis.call('ZREM', KEYS[2], id)
redis.call('ZREM', KEYS[3], id)
redis.call('ZADD', KEYS[4], work[6], id)
if ARGV[10] == '1' then redis.call('ZADD', KEYS[5], ARGV[2], id) end
redis.call('PUBLISH', ARGV[9], 'end ' .. id)
return 1
`,
);

/** KEYS work kept. ARGV id, when. */
export const ARCHIVE = script(
  'even-when-full',
  `
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSETNX', KEYS[1], 'archivedAt', ARGV[2])
`,
);
