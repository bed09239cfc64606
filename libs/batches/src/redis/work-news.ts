import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { keys } from './keys.js';

type Listener = (what: 'cancel' | 'end') => void;

/** Hears at once what is said of works. Whoever listens also asks now and then, because news can be lost. */
export class WorkNews {
  private readonly listeners = new Map<string, Set<Listener>>();

  /** `redis` serves nothing else: it only listens. */
  constructor(private readonly redis: Redis) {
    redis.on('message', (_channel: string, message: string) => this.tell(message));
    redis.on('ready', () => void this.subscribe());
    if (redis.status === 'ready') void this.subscribe();
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

  /** Only where a Redis answers: ioredis 6.0.0 throws where nobody can catch it if a subscription is answered by something else. */
  private async subscribe(): Promise<void> {
    try {
      const word = randomUUID();
      if ((await this.redis.echo(word)) === word) await this.redis.subscribe(keys.news);
      else this.redis.disconnect(true);
    } catch {
      // The connection is lost, and the next one is as good.
    }
  }

  private tell(message: string): void {
    const [what, id = ''] = message.split(' ');
    if (what === 'cancel' || what === 'end') for (const listener of this.listeners.get(id) ?? []) listener(what);
  }
}
