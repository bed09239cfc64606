import { script } from '../script.js';
import { READ_CLAIM } from './claiming.js';

const COUNT = `
local STATUS = { s = 'succeeded', e = 'errored' }
local function addUsage(work, win, usage)
  for _, entry in ipairs(usage) do
    local amount = string.format('%.0f', entry[2])
    redis.call('HINCRBY', work, 'usage:' .. entry[1], amount)
    if win then redis.call('HINCRBY', win, 'usage:' .. entry[1], amount) end
  end
end
`;

/**
 * Counts lines that have their result in a log. A line is counted once, whoever brings it; the first one's log wins.
 * KEYS work claims done winners load. ARGV chunk, claim, first line of the chunk, JSON of [line in chunk, letter, log, usage] each.
 */
export const COMMIT = script(
  'even-when-full',
  `${READ_CLAIM}${COUNT}
local work = redis.call('HMGET', KEYS[1], 'expiresAt', 'endedAt', 'closing')
if not work[1] then return {'MISSING'} end
if work[2] or work[3] then return {'OVER'} end
local _, owner = readClaim(KEYS[2], ARGV[1])
if owner ~= ARGV[2] then return {'STALE'} end
local recorded = 0
for _, line in ipairs(cjson.decode(ARGV[4])) do
  if redis.call('SETBIT', KEYS[3], ARGV[3] + line[1], 1) == 0 then
    redis.call('HINCRBY', KEYS[1], STATUS[line[2]], 1)
    redis.call('HSET', KEYS[4], line[1], line[2] .. line[3])
    addUsage(KEYS[1], KEYS[4], line[4])
    recorded = recorded + 1
  end
end
if recorded > 0 then
  redis.call('HINCRBY', KEYS[5], 'lines', 0 - recorded)
  redis.call('PEXPIREAT', KEYS[4], work[1] + 3600000)
end
return {'RECORDED', recorded}
`,
);

/**
 * Makes Redis agree with a sealed chunk in storage, whatever was counted for it before; storage has decided.
 * KEYS work claims done winners load sealed. ARGV chunk, first line, letters of the statuses, JSON of usage, duplicate calls.
 * Tells whether that was the last one.
 */
export const SEAL = script(
  'even-when-full',
  `${COUNT}
local work = redis.call('HMGET', KEYS[1], 'chunks', 'endedAt', 'closing', 'sealed')
if not work[1] then return {'MISSING'} end
if work[2] or work[3] then return {'OVER'} end
local sealed = tonumber(work[4])
if redis.call('SETBIT', KEYS[6], ARGV[1], 1) == 0 then
  local change = { succeeded = 0, errored = 0 }
  for at = 1, #ARGV[3] do
    local status = STATUS[string.sub(ARGV[3], at, at)]
    local before = redis.call('SETBIT', KEYS[3], ARGV[2] + at - 1, status and 1 or 0)
    if status then change[status] = change[status] + 1 end
    local winner = redis.call('HGET', KEYS[4], at - 1)
    if before == 1 and winner then
      local counted = STATUS[string.sub(winner, 1, 1)]
      change[counted] = change[counted] - 1
    end
  end
  local won = redis.call('HGETALL', KEYS[4])
  for at = 1, #won, 2 do
    if string.sub(won[at], 1, 6) == 'usage:' then redis.call('HINCRBY', KEYS[1], won[at], 0 - won[at + 1]) end
  end
  addUsage(KEYS[1], nil, cjson.decode(ARGV[4]))
  for status, by in pairs(change) do redis.call('HINCRBY', KEYS[1], status, by) end
  redis.call('HINCRBY', KEYS[5], 'lines', 0 - change.succeeded - change.errored)
  redis.call('HINCRBY', KEYS[1], 'duplicateCalls', ARGV[5])
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('DEL', KEYS[4])
  sealed = redis.call('HINCRBY', KEYS[1], 'sealed', 1)
end
return {'SEALED', sealed == tonumber(work[1]) and 1 or 0}
`,
);

/** After a failed check: counts from nothing again. KEYS work done sealed load, then the winners of all chunks. ARGV name of the restore that follows. */
export const RECOUNT = script(
  'even-when-full',
  `
local work = redis.call('HMGET', KEYS[1], 'lines', 'endedAt', 'closing')
if not work[1] or work[2] or work[3] then return 0 end
redis.call('HINCRBY', KEYS[4], 'lines', redis.call('BITCOUNT', KEYS[2]))
for at, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 6) == 'usage:' then redis.call('HDEL', KEYS[1], field) end
end
redis.call('HSET', KEYS[1], 'succeeded', 0, 'errored', 0, 'sealed', 0, 'duplicateCalls', 0,
  'restoring', ARGV[1])
redis.call('DEL', KEYS[2], KEYS[3], unpack(KEYS, 5))
return 1
`,
);
