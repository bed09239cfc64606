import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiError } from '#core';
import type { ModelEntry } from '#platform';
import type { FastifyRequest } from 'fastify';
import { mayUse } from '../messages/may-use.js';
import { ListedModels } from './listed-models.js';
import { pageOf } from './page.js';

/** What callers can name in `model`. https://platform.claude.com/docs/en/api/models/list */
@Controller(['v1/models', 'anthropic/v1/models'])
export class ModelsController {
  constructor(private readonly models: ListedModels) {}

  @Get()
  list(@Req() request: FastifyRequest, @Query() query: Record<string, unknown>): object {
    const visible = this.models
      .all()
      .filter(({ name, aliases }) => [name, ...aliases].some((known) => mayUse(request.caller, known)));
    return wantsOpenAi(request)
      ? { object: 'list', data: visible.map(asOpenAi) }
      : pageOf(visible.map(asAnthropic), query);
  }

  @Get(':model')
  get(@Req() request: FastifyRequest, @Param('model') name: string): object {
    const model = this.models.named(name);
    if (!model || !mayUse(request.caller, name)) throw new ApiError('not_found_error', `model: ${name}`);
    return wantsOpenAi(request) ? asOpenAi(model) : asAnthropic(model);
  }
}

/** OpenAI's clients send neither the version nor the other key header. */
const wantsOpenAi = ({ headers }: FastifyRequest): boolean =>
  headers['anthropic-version'] === undefined && headers['x-api-key'] === undefined;

/** What the API itself says of a model whose release it does not know. */
const UNKNOWN_DATE = '1970-01-01T00:00:00Z';

const asAnthropic = (model: ModelEntry) => ({
  id: model.name,
  type: 'model',
  display_name: model.displayName ?? model.name,
  created_at: model.createdAt ?? UNKNOWN_DATE,
  lifecycle: 'active',
  deprecated_at: null,
  retires_at: null,
  line: /haiku|sonnet|opus|fable|mythos/.exec(model.name)?.[0] ?? null,
  max_input_tokens: model.maxInputTokens ?? null,
  max_tokens: model.maxTokens ?? null,
  capabilities: null,
});

const asOpenAi = (model: ModelEntry) => ({
  id: model.name,
  object: 'model',
  created: Math.floor(Date.parse(model.createdAt ?? UNKNOWN_DATE) / 1000),
  owned_by: 'switchyard',
});
