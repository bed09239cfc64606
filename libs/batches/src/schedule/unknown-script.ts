import { script } from '../redis/script.js';

/**
 * Which chunks neither wait for their turn nor were handed out, of which keys `schedule-scripts.ts` tells.
 * ARGV: work, workspace, its weight now, then the chunks. What waits has that weight from now on.
 */
export const UNKNOWN = script(
  'even-when-full',
  `
local base, work, workspace = KEYS[1], ARGV[1], ARGV[2]
local about, wait = base .. ':work:' .. work, base .. ':wait:' .. work
local waits = redis.call('EXISTS', about) == 1 and redis.call('ZSCORE', base .. ':workspaces', workspace)
  and redis.call('ZSCORE', base .. ':works:' .. workspace, work)
if waits then redis.call('HSET', about, 'weight', ARGV[3]) end
local unknown = {}
for i = 4, #ARGV do
  local isOut = redis.call('HEXISTS', base .. ':out', work .. '/' .. ARGV[i]) == 1
  if not isOut and not (waits and redis.call('GETBIT', wait, ARGV[i]) == 1) then unknown[#unknown + 1] = tonumber(ARGV[i]) end
end
return unknown
`,
);
