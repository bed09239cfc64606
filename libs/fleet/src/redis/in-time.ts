/** The answer did not come within the time that it was given. */
export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/**
 * What the promise gives, or `TooLate` after `patienceMs`. An answer that had arrived while this process was busy is not late:
 * timers come before sockets in a turn of the event loop, so the sockets are given one more look.
 */
export const inTime = async <T>(answer: Promise<T>, patienceMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      setImmediate(() => reject(new TooLate(`no answer within ${patienceMs} ms`)));
    }, patienceMs);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
