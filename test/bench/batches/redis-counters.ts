import { Redis } from 'ioredis';

/** What a Redis has used and holds now. */
export interface RedisCounters {
  cpuUs: number;
  memoryBytes: number;
  /** Commands that were sent to it, those of pipelines one by one; what scripts call is not among them. */
  sent: number;
  /** All commands, those inside scripts included. */
  commands: number;
  scripts: number;
}

const numberOf = (info: string, name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);

/** Reads a Redis's own counters over a connection of its own. */
export class RedisWatch {
  private readonly redis: Redis;

  constructor(url: string) {
    this.redis = new Redis(url);
  }

  async counters(): Promise<RedisCounters> {
    const info = await this.redis.info('everything');
    const calls = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, times]) => [name, Number(times)]);
    const callsOf = (name: string): number => Number(calls.find(([found]) => found === name)?.[1] ?? 0);
    return {
      cpuUs: (numberOf(info, 'used_cpu_user') + numberOf(info, 'used_cpu_sys')) * 1e6,
      memoryBytes: numberOf(info, 'used_memory'),
      sent: numberOf(info, 'total_commands_processed'),
      commands: calls.reduce((sum, [, times]) => sum + Number(times), 0),
      scripts: callsOf('evalsha') + callsOf('eval'),
    };
  }

  close(): void {
    this.redis.disconnect();
  }
}
