import { Controller, Get, HttpCode, HttpStatus, Param, Post, Req } from '@nestjs/common';
import { ApiError } from '#core';
import type { FastifyRequest } from 'fastify';
import { readExplainRequest } from './explain-request.js';
import { RoutingDesk } from './routing-desk.js';
import { viewExplanation, viewTarget } from './routing-view.js';

/** For operators, with the admin key. What one replica knows; ask each for the whole picture. */
@Controller('admin/v1')
export class AdminController {
  constructor(private readonly desk: RoutingDesk) {}

  /** Every deployment's live state. */
  @Get('targets')
  targets(): object {
    return {
      object: 'list',
      replica: this.desk.replica,
      ...this.desk.surroundings(),
      data: this.desk.targets().map(viewTarget),
    };
  }

  /** Where a call would go now, and why. Changes nothing. */
  @Post('explain')
  @HttpCode(HttpStatus.OK)
  explain(@Req() request: FastifyRequest): object {
    const { model, ask } = readExplainRequest(request.body);
    const route = this.desk.route(model);
    if (!route) throw new ApiError('not_found_error', `model: ${model}`);
    return viewExplanation(model, route.name, this.desk.explain(route, ask));
  }

  /**
   * Forgets what was learnt of every upstream, on every replica: after an incident that is over, nobody need wait for cooldowns and
   * breakers to end.
   */
  @Post('targets/reset')
  @HttpCode(HttpStatus.OK)
  reset(): object {
    this.desk.forget();
    return { reset: true };
  }

  /** Takes a credential back into use that an upstream has refused, on every replica. */
  @Post('credentials/:provider/:credential/enable')
  @HttpCode(HttpStatus.OK)
  enable(@Param('provider') provider: string, @Param('credential') credential: string): object {
    if (!this.desk.enable(provider, credential))
      throw new ApiError('not_found_error', `There is no credential ${credential} of a provider ${provider}.`);
    return { provider, credential, enabled: true };
  }
}
