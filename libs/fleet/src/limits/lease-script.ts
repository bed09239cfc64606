import { Script } from '../redis/script.js';

/**
 * Hands out a credential's limits among the replicas: a token bucket for each rate, and the places of concurrent calls. What
 * replicas hold counts as being in the bucket, so that bucket and leases together never exceed the burst. A replica that says
 * nothing for a lease's life is forgotten with all it held; what it had not spent comes back as time fills the bucket.
 *
 * The server's clock may be put forward or back: the first fills a bucket, which is no more than a rest would do, and the second
 * costs what would have come back since the last call.
 *
 * KEYS: the credential, a hash. Its fields: at, requests, input, output, and for each replica "h:" and its name.
 * ARGV: 1 who asks; 2 a lease's life in ms; 3 the share of a bucket, and of the places, that is not given out; 4 to 7 the limit of concurrent
 * calls (-1: none), how many are under way here, how many places are needed, how many are wanted; then for each rate 8 values: a
 * minute's worth (-1: no limit), the burst, what is held, what is given back (a debt if negative), what has to be had at least,
 * what is wanted, what of it is not spent at once, the most that all together may have (-1: unknown).
 * Reply: places; for each rate what was handed out, and what is left in the bucket. Whole numbers.
 */
export const LEASE = new Script(`
local RATES = { 'requests', 'input', 'output' }
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local me, life, floor = 'h:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local stored, others, slots_of_others = {}, { 0, 0, 0 }, 0
local flat = redis.call('HGETALL', KEYS[1])
for i = 1, #flat, 2 do
  local name, value = flat[i], flat[i + 1]
  if name:sub(1, 2) ~= 'h:' then
    stored[name] = tonumber(value)
  elseif name ~= me then
    local beat, a, b, c, slots = value:match('^(%S+) (%S+) (%S+) (%S+) (%S+)$')
    beat = tonumber(beat)
    if not beat or now - beat > life then
      redis.call('HDEL', KEYS[1], name)
    else
      if beat > now then
        redis.call('HSET', KEYS[1], name, string.format('%.0f %s %s %s %s', now, a, b, c, slots))
      end
      others[1] = others[1] + (tonumber(a) or 0)
      others[2] = others[2] + (tonumber(b) or 0)
      others[3] = others[3] + (tonumber(c) or 0)
      slots_of_others = slots_of_others + (tonumber(slots) or 0)
    end
  end
end

local elapsed = math.max(0, now - (stored.at or now))
local enough, rates = true, {}
for i, name in ipairs(RATES) do
  local arg = {}
  for j = 1, 8 do arg[j] = tonumber(ARGV[7 + (i - 1) * 8 + j]) end
  local limit, burst, held, back, need, want, keep, ceiling = unpack(arg)
  local rate = { limited = limit >= 0, held = held, want = want, keep = keep }
  if rate.limited then
    local room = math.max(0, burst - others[i] - held)
    local level = (stored[name] or burst) + elapsed * limit / 60000 + back
    if ceiling >= 0 then level = math.min(level, math.max(-burst, ceiling - others[i] - held)) end
    rate.level = math.max(-2 * burst, math.min(level, room))
    rate.missing = math.ceil(need - held)
    rate.open = rate.level >= floor * burst
    if rate.missing > 0 and (not rate.open or rate.level + 1e-6 < math.min(rate.missing, room)) then enough = false end
  end
  rates[i] = rate
end

local slots_limit, busy = tonumber(ARGV[4]), tonumber(ARGV[5])
local slots = tonumber(ARGV[7])
if slots_limit >= 0 then
  local open = slots_limit
  if floor > 0 then open = math.max(1, math.floor(slots_limit * (1 - floor))) end
  slots = math.max(busy, math.min(slots, open - slots_of_others))
  if slots < tonumber(ARGV[6]) then enough = false end
end

local reply, kept = { slots }, {}
for i, name in ipairs(RATES) do
  local rate = rates[i]
  local given = 0
  if rate.limited then
    if enough and rate.open then
      given = math.max(0, rate.missing, math.floor(math.min(rate.want - rate.held, rate.level + 1e-6)))
    end
    redis.call('HSET', KEYS[1], name, string.format('%.6f', rate.level - given))
    reply[#reply + 1] = given
    reply[#reply + 1] = math.floor(rate.level - given)
    kept[i] = math.max(0, math.min(rate.keep, rate.held + given))
  else
    reply[#reply + 1] = 0
    reply[#reply + 1] = 0
    kept[i] = 0
  end
end

redis.call('HSET', KEYS[1], 'at', string.format('%.3f', now))
if slots_limit < 0 then slots = 0 end
if kept[1] + kept[2] + kept[3] + slots > 0 then
  redis.call('HSET', KEYS[1], me, string.format('%.0f %.0f %.0f %.0f %.0f', now, kept[1], kept[2], kept[3], slots))
else
  redis.call('HDEL', KEYS[1], me)
end
redis.call('PEXPIRE', KEYS[1], 600000)
return reply
`);
