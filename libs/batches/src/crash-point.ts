const plan = process.env.SWITCHYARD_CRASH_AT?.split(':');
let passes = Number(plan?.[1] ?? 1);

/** Every step of accepting, running, ending and telling of a work after which a process may die. The fault tests kill one at each. */
export const CRASH_POINTS = [
  'accept.spooled',
  'accept.manifest',
  'accept.recorded',
  'accept.offered',
  'claim.taken',
  'wal.appended',
  'commit.recorded',
  'seal.before',
  'seal.written',
  'seal.marked',
  'job.answered',
  'job.written',
  'cancel.written',
  'end.closed',
  'end.written',
  'end.marked',
  'archive.written',
  'delete.noted',
  'delete.manifest',
  'webhook.taken',
  'webhook.answered',
  'webhook.written',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

/**
 * Kills this process, without a word to anybody, when `SWITCHYARD_CRASH_AT` names this point: `name`, or `name:3` for the third
 * time that it is passed. Nothing when the variable is not set. For tests of what happens when a process dies just here.
 */
export const crashPoint: (name: CrashPoint) => void =
  plan === undefined
    ? () => undefined
    : (name) => {
        if (name === plan[0] && --passes === 0) process.kill(process.pid, 'SIGKILL');
      };
