import { Controller, Get, Header, HttpCode, HttpStatus, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RoutingDesk } from '../admin/routing-desk.js';
import { Drain } from '../http/drain.js';
import { Scrape } from '../observe/scrape.js';

/** What whoever runs the process asks it. No key, and nothing in the answers that needs one. */
@Controller()
export class HealthController {
  constructor(
    private readonly drain: Drain,
    private readonly desk: RoutingDesk,
    private readonly scrape: Scrape,
  ) {}

  /** The process answers. Says nothing of upstreams or Redis: restarting would not mend those. */
  @Get('health/live')
  live(): object {
    return { status: 'ok' };
  }

  /**
   * Whether to send traffic here: as long as this process takes any. Redis and upstreams are told of and decide nothing, for they are away
   * from all replicas at once: with none ready, callers would get no answer at all in place of one that says when to come back.
   */
  @Get('health/ready')
  @HttpCode(HttpStatus.OK)
  ready(@Res({ passthrough: true }) reply: FastifyReply): object {
    const { draining } = this.drain;
    if (draining) void reply.code(HttpStatus.SERVICE_UNAVAILABLE);
    const status = draining ? 'draining' : 'ready';
    return { status, ...this.desk.surroundings(), upstreams: this.desk.upstreams() };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.scrape.text();
  }
}
