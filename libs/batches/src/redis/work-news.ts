import type { Redis } from 'ioredis';
import { keys } from './keys.js';

type Listener = (what: 'cancel' | 'end') => void;

/** Hears at once what is said of works. Whoever listens also asks now and then, because news can be lost. */
export class WorkNews {
  private readonly listeners = new Map<string, Set<Listener>>();

  /** `redis` serves nothing else: it only listens. */
  constructor(private readonly redis: Redis) {
    redis.on('message', (_channel: string, message: string) => this.tell(message));
    // A loss ends the first attempt; the client subscribes anew by itself once it has a connection.
    redis.subscribe(keys.news).catch(() => undefined);
  }

  /** Returns what ends the listening. */
  listen(id: string, listener: Listener): () => void {
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(id) === listeners) this.listeners.delete(id);
    };
  }

  close(): void {
    this.redis.disconnect();
  }

  private tell(message: string): void {
    const [what, id = ''] = message.split(' ');
    if (what === 'cancel' || what === 'end') for (const listener of this.listeners.get(id) ?? []) listener(what);
  }
}
