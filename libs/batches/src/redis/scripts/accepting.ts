import { NOW, RUN_ID, script } from '../script.js';

/**
 * Before a submission is taken in: may it come, and is it the first of its idempotency key?
 * KEYS idempotency spool load ready. ARGV id, kept for ms, is batch, most batches, with key, key kept for ms.
 * `NOT_READY`: what Redis holds has not been compared with storage since it started.
 */
export const BEGIN = script(
  'needs-memory',
  `${NOW}${RUN_ID}
local id = ARGV[1]
if redis.call('GET', KEYS[4]) ~= runId then return {'NOT_READY'} end
if ARGV[5] == '1' then
  local first = redis.call('GET', KEYS[1])
  if first and first ~= 'pending:' .. id then return {'TAKEN', first} end
end
if ARGV[3] == '1' and tonumber(redis.call('HGET', KEYS[3], 'batches') or 0) >= tonumber(ARGV[4]) then return {'BATCHES'} end
if ARGV[5] == '1' then redis.call('SET', KEYS[1], 'pending:' .. id, 'PX', ARGV[6]) end
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), id)
return {'BEGUN'}
`,
);

/** While it is taken in. KEYS idempotency spool. ARGV id, kept for ms, with key, key kept for ms. 0 when it was taken for dead meanwhile. */
export const KEEP = script(
  'even-when-full',
  `${NOW}
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[1])
if ARGV[3] == '1' then
  local first = redis.call('GET', KEYS[1])
  if not first or first == 'pending:' .. ARGV[1] then redis.call('SET', KEYS[1], 'pending:' .. ARGV[1], 'PX', ARGV[4]) end
end
return 1
`,
);

/**
 * Makes a work known, once. KEYS work list open load idempotency spool trash ready.
 * ARGV id, created, expires, lines, is batch, most batches, most lines, idempotency ms left, restore, then field and
 * value in turn. Limits of 0 are none: for a work that was accepted long ago, and is made known again. Such a one has the name of a
 * restore, where a new one has ''; from then on it is being restored, under that name or the one of who came first, which is told.
 * A new one that is refused is none for ever: it is in the trash before anybody hears of it. One that storage has comes before
 * another with its key that is only being taken in. `LOST`: it is in the trash, or was taken for dead while it was taken in.
 */
export const CREATE = script(
  'needs-memory',
  `${NOW}
local id, isNew = ARGV[1], ARGV[9] == ''
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('ZREM', KEYS[6], id)
  if isNew or redis.call('HEXISTS', KEYS[1], 'endedAt') == 1 then return {'EXISTS', ''} end
  redis.call('HSETNX', KEYS[1], 'restoring', ARGV[9])
  return {'EXISTS', redis.call('HGET', KEYS[1], 'restoring')}
end
if isNew then
  ${RUN_ID}
  if redis.call('GET', KEYS[8]) ~= runId then return {'NOT_READY'} end
end
if redis.call('ZSCORE', KEYS[7], id) or isNew and not redis.call('ZSCORE', KEYS[6], id) then return {'LOST'} end
local function refuse(why, first)
  if isNew then
    redis.call('ZADD', KEYS[7], string.format('%.0f', now), id)
    redis.call('ZREM', KEYS[6], id)
  end
  return {why, first}
end
local keyed = tonumber(ARGV[8]) > 0
if keyed then
  local first = redis.call('GET', KEYS[5])
  local isFree = not first or first == id or first == 'pending:' .. id
  if not isFree and (isNew or string.sub(first, 1, 8) ~= 'pending:') then return refuse('TAKEN', first) end
end
local lines = tonumber(ARGV[4])
local load = redis.call('HMGET', KEYS[4], 'batches', 'lines')
if ARGV[5] == '1' and tonumber(ARGV[6]) > 0 and tonumber(load[1] or 0) >= tonumber(ARGV[6]) then return refuse('BATCHES') end
if tonumber(ARGV[7]) > 0 and tonumber(load[2] or 0) + lines > tonumber(ARGV[7]) then return refuse('LINES') end
redis.call('HSET', KEYS[1], unpack(ARGV, 10))
if not isNew then redis.call('HSET', KEYS[1], 'restoring', ARGV[9]) end
redis.call('ZADD', KEYS[2], ARGV[2], id)
redis.call('ZADD', KEYS[3], ARGV[3], id)
redis.call('HINCRBY', KEYS[4], 'lines', lines)
if ARGV[5] == '1' then redis.call('HINCRBY', KEYS[4], 'batches', 1) end
if keyed then redis.call('SET', KEYS[5], id, 'PX', ARGV[8]) end
redis.call('ZREM', KEYS[6], id)
return {'CREATED', ARGV[9]}
`,
);

/** All that storage knows of a work is known. KEYS work. ARGV the name under which it was restored. */
export const RESTORED = script(
  'even-when-full',
  `
if redis.call('HGET', KEYS[1], 'restoring') == ARGV[1] then redis.call('HDEL', KEYS[1], 'restoring') end
return 1
`,
);

/**
 * Decides that a submission is no work and never will be, unless it is one. KEYS work trash spool idempotency ready. ARGV id.
 * A Redis that was not compared with storage since it started may have forgotten that it is one, and decides nothing.
 */
export const CONDEMN = script(
  'even-when-full',
  `${NOW}${RUN_ID}
local id = ARGV[1]
if redis.call('EXISTS', KEYS[1]) == 1 then return 'ACCEPTED' end
if redis.call('GET', KEYS[5]) ~= runId then return 'UNDECIDED' end
redis.call('ZADD', KEYS[2], string.format('%.0f', now), id)
redis.call('ZREM', KEYS[3], id)
if redis.call('GET', KEYS[4]) == 'pending:' .. id then redis.call('DEL', KEYS[4]) end
return 'CONDEMNED'
`,
);

/**
 * Leaves nothing of a work or a submission but a note that its objects may still be there.
 * KEYS work list open canceling kept hooks load trash done sealed claims live idempotency spool. ARGV id.
 */
export const FORGET = script(
  'even-when-full',
  `${NOW}
local id = ARGV[1]
local work = redis.call('HMGET', KEYS[1], 'lines', 'kind', 'endedAt', 'succeeded', 'errored')
if work[1] and not work[3] then
  redis.call('HINCRBY', KEYS[7], 'lines', tonumber(work[4]) + tonumber(work[5]) - tonumber(work[1]))
  if work[2] == 'batch' then redis.call('HINCRBY', KEYS[7], 'batches', -1) end
end
local first = redis.call('GET', KEYS[13])
if first == id or first == 'pending:' .. id then redis.call('DEL', KEYS[13]) end
for at = 2, 6 do redis.call('ZREM', KEYS[at], id) end
redis.call('ZADD', KEYS[8], string.format('%.0f', now), id)
redis.call('ZREM', KEYS[14], id)
return redis.call('DEL', KEYS[1], KEYS[9], KEYS[10], KEYS[11], KEYS[12])
`,
);
