const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Tells `listener` when the signal aborts, until the function that this gives is called. For signals that hundreds listen to at a time:
 * a signal looks through all its listeners whenever one comes or goes.
 */
export const onAbort = (signal: AbortSignal, listener: () => void): (() => void) => {
  const listeners = listening.get(signal) ?? listenTo(signal);
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

const listenTo = (signal: AbortSignal): Set<() => void> => {
  const listeners = new Set<() => void>();
  listening.set(signal, listeners);
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  signal.addEventListener('abort', tell, { once: true });
  return listeners;
};
