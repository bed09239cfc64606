import { Script } from '../redis/script.js';

/**
 * Announces marks and tells all that run. Of two marks of one field the longer stands; a lifted one stays for a while as the
 * news that it was lifted. A mark never runs longer than it was made for, wherever the server's clock is put.
 *
 * KEYS: the marks, a hash; the bell, a stream of one entry whose every new entry rings.
 * ARGV: who announces, how long the news of a lifting stays, how long the keys stay; then for each announcement its field, its id,
 * how many milliseconds it runs (0 lifts), its text.
 * Reply: for each mark its field, its id, who announced it, the milliseconds that remain (0: lifted), its text. All as texts.
 */
export const MARKS = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local marks, stored = {}, redis.call('HGETALL', KEYS[1])

local function put(field, mark)
  marks[field] = mark
  redis.call('HSET', KEYS[1], field, cjson.encode(mark))
end

local function is_sound(mark)
  return type(mark) == 'table' and type(mark.till) == 'number' and type(mark.ms) == 'number'
    and type(mark.id) == 'string' and type(mark.by) == 'string' and type(mark.text) == 'string'
end

for i = 1, #stored, 2 do
  local field = stored[i]
  local read, mark = pcall(cjson.decode, stored[i + 1])
  if not read or not is_sound(mark) or mark.till <= now then
    redis.call('HDEL', KEYS[1], field)
  elseif mark.till - now > mark.ms then
    mark.till = now + mark.ms
    put(field, mark)
  else
    marks[field] = mark
  end
end

local news = false
for i = 4, #ARGV, 4 do
  local field, id, ms, text = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3]
  local known = marks[field]
  local lifts = ms == 0
  if lifts then ms = tonumber(ARGV[2]) end
  local stands = known and (known.id == id or not known.lifted and not lifts and known.till >= now + ms)
  if not stands then
    put(field, { id = id, by = ARGV[1], ms = ms, till = now + ms, lifted = lifts, text = text })
    news = true
  end
end
if news then
  redis.call('XADD', KEYS[2], 'MAXLEN', 1, '*', 'by', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end

local reply = {}
for field, mark in pairs(marks) do
  local left = mark.lifted and 0 or mark.till - now
  for _, word in ipairs({ field, mark.id, mark.by, string.format('%.0f', left), mark.text }) do
    reply[#reply + 1] = word
  end
end
return reply
`);
