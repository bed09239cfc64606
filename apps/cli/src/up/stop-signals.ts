const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal and npm both pass Ctrl-C on, so one press can arrive twice. */
const SAME_PRESS_MS = 1000;

/** The wish to stop, and the wish to stop now. */
export interface StopSignals {
  /** Aborted at the first signal. */
  readonly stop: AbortSignal;
  /** Aborted at a second one that is not an echo of the first. */
  readonly hurry: AbortSignal;
  /** Gives the signals back to whoever had them. */
  release(): void;
}

/** Takes over Ctrl-C, a plain kill, and the end of the terminal. */
export const listenForStop = (now: () => number = () => performance.now()): StopSignals => {
  const stop = new AbortController();
  const hurry = new AbortController();
  let first = 0;
  const take = (): void => {
    if (!stop.signal.aborted) {
      first = now();
      stop.abort();
    } else if (now() - first >= SAME_PRESS_MS) hurry.abort();
  };
  for (const signal of SIGNALS) process.on(signal, take);
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, take);
    },
  };
};
