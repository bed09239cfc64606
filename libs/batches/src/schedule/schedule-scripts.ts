import { NOW, script } from '../redis/script.js';

/**
 * The order in which chunks are handed out: start-time fair queueing, twice. Each workspace has a tag, and within it each of its
 * works; the smallest tag is served next, and is then raised by what was served, divided by its weight. Whoever comes (back) begins at the
 * smallest tag there is, so that having waited for nothing earns nothing.
 * P. Goyal, H. Vin, H. Cheng: Start-time Fair Queueing, SIGCOMM 1996.
 *
 * Keys, all beginning with `KEYS[1]`, the lane's own:
 * - `:workspaces`        tags of the workspaces that have something waiting
 * - `:works:<workspace>` tags of its works
 * - `:line:<workspace>`  where works of one chunk stand in line: the tag that was served last, and the end of the line for each share
 * - `:work:<work>`       its workspace, weight, share, what one of its chunks costs, and how many are out
 * - `:wait:<work>`       a bit for each chunk that waits
 * - `:out`               chunks that were handed out: `<work>/<chunk>` to `<generation> <since> <workspace>`
 * - `:held`              how many each workspace has out
 * - `:generation`        of the last that was handed out
 * One whose last chunk was handed out keeps its place until it is found empty as the first in line: its tag is then the smallest, and
 * nothing is forgotten by dropping it.
 */
const JOIN = `
local function join(key, member)
  if redis.call('ZSCORE', key, member) then return end
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  redis.call('ZADD', key, first[2] or 0, member)
end
local function wait(base, work, workspace, chunk)
  redis.call('SETBIT', base .. ':wait:' .. work, chunk, 1)
  join(base .. ':workspaces', workspace)
  join(base .. ':works:' .. workspace, work)
end
`;

/**
 * Works of one chunk have their turn once, and what they owe then is nobody's debt: were each to begin at the smallest tag, no share would
 * tell them apart. So those of one share stand in one line, in the order in which they came, and the lines have tags: a work's is
 * the end of its line, which is never before what is served now, nor further behind what waits than one work.
 */
const LINE_UP = `
local function line_up(base, work, workspace, share, cost)
  local works, line = base .. ':works:' .. workspace, base .. ':line:' .. workspace
  if redis.call('ZSCORE', works, work) then return end
  local kept = redis.call('HMGET', line, 'served', share)
  local served = tonumber(kept[1] or 0)
  local last = tonumber(redis.call('ZRANGE', works, -1, -1, 'WITHSCORES')[2] or served)
  local tag = math.max(served, math.min(tonumber(kept[2] or 0), last + cost / share))
  redis.call('ZADD', works, tag, work)
  redis.call('HSET', line, share, tag + cost / share)
end
`;

const FORGET = `
local function forget(base, work)
  local about = base .. ':work:' .. work
  if tonumber(redis.call('HGET', about, 'out') or 0) > 0 then return end
  if redis.call('BITPOS', base .. ':wait:' .. work, 1) >= 0 then return end
  redis.call('DEL', base .. ':wait:' .. work, about)
end
`;

const LEAVE = `
local function leave(base, entry, workspace)
  redis.call('HDEL', base .. ':out', entry)
  if redis.call('HINCRBY', base .. ':held', workspace, -1) <= 0 then redis.call('HDEL', base .. ':held', workspace) end
  local about = base .. ':work:' .. string.match(entry, '^(.*)/')
  if redis.call('EXISTS', about) == 1 then redis.call('HINCRBY', about, 'out', -1) end
end
local function holder(base, entry, generation)
  local kept = redis.call('HGET', base .. ':out', entry)
  local mine, workspace = string.match(kept or '', '^(%d+) %d+ (.*)$')
  return mine == generation and workspace or nil
end
`;

/** ARGV: work, workspace, weight, share, cost of a chunk, 1 where works stand in line, then the chunks. Gives how many are new. */
export const OFFER = script(
  'needs-memory',
  `${JOIN}${LINE_UP}
local base, work, workspace = KEYS[1], ARGV[1], ARGV[2]
redis.call('HSET', base .. ':work:' .. work, 'workspace', workspace, 'weight', ARGV[3], 'share', ARGV[4], 'cost', ARGV[5])
local new = 0
for i = 7, #ARGV do
  if redis.call('HEXISTS', base .. ':out', work .. '/' .. ARGV[i]) == 0 then
    if ARGV[6] == '1' then line_up(base, work, workspace, ARGV[4], ARGV[5]) end
    if redis.call('GETBIT', base .. ':wait:' .. work, ARGV[i]) == 0 then new = new + 1 end
    wait(base, work, workspace, ARGV[i])
  end
end
return new
`,
);

/**
 * KEYS[2]: the roster of the workers. ARGV: which of a worker's numbers is this lane's.
 * As many chunks may be out as there are places. Each workspace may have an equal part of them, counted as if there were one workspace
 * more than there is: so whoever comes finds places free, and begins at once instead of when somebody else's chunk ends.
 * Gives triples of work, chunk, generation.
 */
export const DISPATCH = script(
  'even-when-full',
  `${FORGET}${NOW}
local base = KEYS[1]
local places = 0
for _, line in ipairs(redis.call('HVALS', KEYS[2])) do
  local numbers = {}
  for number in string.gmatch(line, '%d+') do numbers[#numbers + 1] = tonumber(number) end
  if numbers[1] > now then places = places + (numbers[tonumber(ARGV[1])] or 0) end
end
local parties = redis.call('ZCARD', base .. ':workspaces')
for _, workspace in ipairs(redis.call('HKEYS', base .. ':held')) do
  if not redis.call('ZSCORE', base .. ':workspaces', workspace) then parties = parties + 1 end
end
local room = places - redis.call('HLEN', base .. ':out')
local most = math.ceil(places / (parties + 1))

local function next_of(workspace)
  local works = base .. ':works:' .. workspace
  while true do
    local work = redis.call('ZRANGE', works, 0, 0)[1]
    if not work then return nil end
    local about = redis.call('HMGET', base .. ':work:' .. work, 'weight', 'share', 'cost')
    local chunk = redis.call('BITPOS', base .. ':wait:' .. work, 1)
    if chunk >= 0 and about[3] then return work, chunk, about end
    redis.call('ZREM', works, work)
    forget(base, work)
  end
end

local out, passed = {}, {}
while room > 0 do
  local first = redis.call('ZRANGE', base .. ':workspaces', #passed, #passed, 'WITHSCORES')
  local workspace = first[1]
  if not workspace then break end
  if tonumber(redis.call('HGET', base .. ':held', workspace) or 0) >= most then
    passed[#passed + 1] = workspace
  else
    -- Who may have no more now is not owed it later: its tag keeps up with those who come after it.
    for _, other in ipairs(passed) do redis.call('ZADD', base .. ':workspaces', 'XX', 'GT', first[2], other) end
    passed = {}
    local work, chunk, about = next_of(workspace)
    if not work then
      redis.call('ZREM', base .. ':workspaces', workspace)
      redis.call('DEL', base .. ':line:' .. workspace)
    else
      redis.call('SETBIT', base .. ':wait:' .. work, chunk, 0)
      local tag = redis.call('ZINCRBY', base .. ':works:' .. workspace, about[3] / about[2], work)
      redis.call('HSET', base .. ':line:' .. workspace, 'served', tag - about[3] / about[2])
      redis.call('ZINCRBY', base .. ':workspaces', about[3] / about[1], workspace)
      local generation = redis.call('INCR', base .. ':generation')
      redis.call('HSET', base .. ':out', work .. '/' .. chunk, generation .. ' ' .. string.format('%.0f', now) .. ' ' .. workspace)
      redis.call('HINCRBY', base .. ':held', workspace, 1)
      redis.call('HINCRBY', base .. ':work:' .. work, 'out', 1)
      out[#out + 1] = work
      out[#out + 1] = tostring(chunk)
      out[#out + 1] = tostring(generation)
      room = room - 1
    end
  end
end
return out
`,
);

/** ARGV: work, chunk, generation. The chunk needs nobody any more. */
export const DONE = script(
  'even-when-full',
  `${FORGET}${LEAVE}
local entry = ARGV[1] .. '/' .. ARGV[2]
local workspace = holder(KEYS[1], entry, ARGV[3])
if not workspace then return 0 end
leave(KEYS[1], entry, workspace)
forget(KEYS[1], ARGV[1])
return 1
`,
);

/** ARGV: work, chunk, generation. The chunk was handed out and nobody has it: it waits again. */
export const RETURN = script(
  'even-when-full',
  `${JOIN}${LEAVE}
local base, entry = KEYS[1], ARGV[1] .. '/' .. ARGV[2]
local workspace = holder(base, entry, ARGV[3])
if not workspace then return 0 end
leave(base, entry, workspace)
if redis.call('EXISTS', base .. ':work:' .. ARGV[1]) == 0 then return 0 end
wait(base, ARGV[1], workspace, ARGV[2])
return 1
`,
);

/** ARGV: work, workspace. Nothing more of it is handed out. */
export const WITHDRAW = script(
  'even-when-full',
  `
local base, work, workspace = KEYS[1], ARGV[1], ARGV[2]
redis.call('DEL', base .. ':wait:' .. work, base .. ':work:' .. work)
redis.call('ZREM', base .. ':works:' .. workspace, work)
return 1
`,
);
