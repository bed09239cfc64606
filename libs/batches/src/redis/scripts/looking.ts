import { NOW, script } from '../script.js';
import { READ_CLAIM } from './claiming.js';

/**
 * A page of a list, newest first. KEYS list. ARGV limit, id, 'after' | 'before' | ''. `UNKNOWN` when the id is not in the list.
 * One script, because the places of ids move while works come.
 */
export const PAGE = script(
  'even-when-full',
  `
local limit, first = tonumber(ARGV[1]), 0
if ARGV[3] ~= '' then
  local place = redis.call('ZREVRANK', KEYS[1], ARGV[2])
  if not place then return {'UNKNOWN'} end
  first = ARGV[3] == 'after' and place + 1 or place - limit
  if first < 0 then
    limit = limit + first
    first = 0
  end
end
local ids = limit > 0 and redis.call('ZREVRANGE', KEYS[1], first, first + limit - 1) or {}
local more
if ARGV[3] == 'before' then more = first > 0 else more = redis.call('ZCARD', KEYS[1]) > first + #ids end
return {'PAGE', more and 1 or 0, unpack(ids)}
`,
);

/**
 * What the reconciler wants to know of an open work: chunks that nobody holds, none if it is over; whether the counts agree; and whether
 * it is being restored. KEYS work claims sealed done.
 */
export const LOOK = script(
  'even-when-full',
  `${NOW}${READ_CLAIM}
local work = redis.call('HMGET', KEYS[1], 'chunks', 'sealed', 'endedAt', 'closing', 'succeeded', 'errored',
  'cancelInitiatedAt', 'expiresAt')
if not work[1] then return {'MISSING'} end
if work[3] then return {'ENDED'} end
local counted = tonumber(work[5]) + tonumber(work[6]) == redis.call('BITCOUNT', KEYS[4])
  and tonumber(work[2]) == redis.call('BITCOUNT', KEYS[3])
local idle = {}
if not work[4] and not work[7] and now < tonumber(work[8]) then
  for chunk = 0, work[1] - 1 do
    if redis.call('GETBIT', KEYS[3], chunk) == 0 then
      local _, owner, till = readClaim(KEYS[2], chunk)
      if owner == '' or till <= now then idle[#idle + 1] = chunk end
    end
  end
end
local complete = work[4] or tonumber(work[2]) == tonumber(work[1])
return {'OPEN', counted and 1 or 0, complete and 1 or 0, idle, redis.call('HEXISTS', KEYS[1], 'restoring')}
`,
);
