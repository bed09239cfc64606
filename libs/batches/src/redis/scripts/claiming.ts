import { NOW, script } from '../script.js';

/** `epoch`, `owner` ('' for nobody) and `until` of a chunk's claim. */
export const READ_CLAIM = `
local function readClaim(key, chunk)
  local epoch, owner, till = string.match(redis.call('HGET', key, chunk) or '0::0', '^(%d+):([^:]*):(%d+)$')
  return tonumber(epoch), owner, tonumber(till)
end
local function writeClaim(key, chunk, epoch, owner, till)
  redis.call('HSET', key, chunk, string.format('%.0f:%s:%.0f', epoch, owner, till))
end
`;

/**
 * Takes a chunk. KEYS work claims sealed. ARGV chunk, claim, lease ms, 'run' | 'end' | 'force'.
 * The epoch is the time, so that none comes again when all is lost that came before; within what is known it rises though the clock may not.
 * Nothing is run any more of a work that is over; to end it a chunk is taken all the same, with force from a holder that lives.
 * A job whose holder was lost may have been sent: that is counted here, because a job has no log that could tell.
 */
export const CLAIM = script(
  'even-when-full',
  `${NOW}${READ_CLAIM}
local work = redis.call('HMGET', KEYS[1], 'expiresAt', 'endedAt', 'closing', 'startedAt', 'cancelInitiatedAt', 'kind')
if not work[1] then return {'MISSING'} end
if work[2] or work[3] then return {'OVER'} end
if ARGV[4] == 'run' and (work[5] or now >= tonumber(work[1])) then return {'OVER'} end
if redis.call('GETBIT', KEYS[3], ARGV[1]) == 1 then return {'SEALED'} end
local epoch, owner, till = readClaim(KEYS[2], ARGV[1])
if owner == ARGV[2] then
  return {'CLAIMED', epoch, tonumber(redis.call('HGET', KEYS[1], 'duplicateCalls')), tonumber(work[4])}
end
if owner ~= '' and till > now and ARGV[4] ~= 'force' then return {'HELD'} end
epoch = math.max(epoch + 1, now)
writeClaim(KEYS[2], ARGV[1], epoch, ARGV[2], now + ARGV[3])
if not work[4] then redis.call('HSET', KEYS[1], 'startedAt', string.format('%.0f', now)) end
local resent = work[6] == 'job' and owner ~= '' and ARGV[4] == 'run' and 1 or 0
return {'CLAIMED', epoch, redis.call('HINCRBY', KEYS[1], 'duplicateCalls', resent), tonumber(work[4] or now)}
`,
);

/**
 * Keeps a chunk, and tells what has become of its work. KEYS work claims sealed. ARGV chunk, claim, lease ms, epoch.
 * A claim that Redis has forgotten is taken up again when nobody came after it: the running lines need not be run twice then.
 */
export const RENEW = script(
  'even-when-full',
  `${NOW}${READ_CLAIM}
local work = redis.call('HMGET', KEYS[1], 'expiresAt', 'endedAt', 'closing', 'cancelInitiatedAt')
if not work[1] then return 'MISSING' end
if work[2] or work[3] or redis.call('GETBIT', KEYS[3], ARGV[1]) == 1 then return 'STALE' end
local epoch, owner = readClaim(KEYS[2], ARGV[1])
if owner ~= ARGV[2] then
  if owner ~= '' or epoch > tonumber(ARGV[4]) then return 'STALE' end
  epoch = tonumber(ARGV[4])
end
writeClaim(KEYS[2], ARGV[1], epoch, ARGV[2], now + ARGV[3])
if work[4] or now >= tonumber(work[1]) then return 'OVER' end
return 'KEPT'
`,
);

/** Gives a chunk back. KEYS claims work. ARGV chunk, claim, calls of a job that were sent and will be sent again. */
export const RELEASE = script(
  'even-when-full',
  `${READ_CLAIM}
local epoch, owner = readClaim(KEYS[1], ARGV[1])
if owner ~= ARGV[2] then return 0 end
writeClaim(KEYS[1], ARGV[1], epoch, '', 0)
if ARGV[3] ~= '0' then redis.call('HINCRBY', KEYS[2], 'duplicateCalls', ARGV[3]) end
return 1
`,
);

/** After a loss: epochs go on above all that logs are named for. KEYS claims sealed. ARGV chunk and epoch in turn. */
export const RAISE_EPOCHS = script(
  'even-when-full',
  `${READ_CLAIM}
for at = 1, #ARGV, 2 do
  local epoch, owner, till = readClaim(KEYS[1], ARGV[at])
  if epoch < tonumber(ARGV[at + 1]) and redis.call('GETBIT', KEYS[2], ARGV[at]) == 0 then
    writeClaim(KEYS[1], ARGV[at], tonumber(ARGV[at + 1]), owner, till)
  end
end
`,
);
