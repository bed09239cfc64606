import { Controller, Get, Header, HttpCode, HttpStatus, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Drain } from '../http/drain.js';
import { Scrape } from '../observe/scrape.js';

/** What whoever runs the process asks it. No key, and nothing in the answers that needs one. */
@Controller()
export class HealthController {
  constructor(
    private readonly drain: Drain,
    private readonly scrape: Scrape,
  ) {}

  /** The process answers. Says nothing of upstreams or Redis: restarting would not mend those. */
  @Get('health/live')
  live(): object {
    return { status: 'ok' };
  }

  /** Whether to send traffic here. */
  @Get('health/ready')
  @HttpCode(HttpStatus.OK)
  ready(@Res({ passthrough: true }) reply: FastifyReply): object {
    if (!this.drain.draining) return { status: 'ready' };
    void reply.code(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: 'draining' };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.scrape.text();
  }
}
