import type { Priority, Submission, WorkKind, Works } from '#batches';
import { ApiError, type CallerKey } from '#core';
import type { FastifyRequest } from 'fastify';

const PRIORITIES: readonly string[] = ['interactive', 'normal', 'background'] satisfies Priority[];
const TRAVELLING = ['anthropic-version', 'anthropic-beta'];

/** What a submission says of itself beside its content. */
export interface Wishes {
  webhookUrl?: string | undefined;
  priority?: string | undefined;
  expiresInMs?: number | undefined;
}

const headerOf = ({ headers }: FastifyRequest, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const priorityOf = (name: string | undefined): Priority | undefined => {
  if (name === undefined) return undefined;
  if (!PRIORITIES.includes(name))
    throw new ApiError('invalid_request_error', `priority: Input should be one of ${PRIORITIES.join(', ')}`);
  return name as Priority;
};

/** What the configuration has to say of submissions, at the moment of the question. */
export interface WorkRules {
  /** How long a work waits for its results at most. */
  expiresMs: () => number;
  /** Throws the 400 of a URL that nothing may be sent to. */
  checkWebhookUrl: (url: string) => void;
}

/** Where work for later is handed in: makes submissions of requests. */
export class WorkCounter {
  constructor(
    readonly works: Works,
    private readonly rules: WorkRules,
  ) {}

  caller({ caller }: FastifyRequest): CallerKey {
    if (!caller) throw new Error('Work was routed without a key.');
    return caller;
  }

  /** What the body does not say may stand in headers, because a batch's body is the official one. Throws 400. */
  submission(kind: WorkKind, request: FastifyRequest, wishes: Wishes): Submission {
    const { workspace, name, models } = this.caller(request);
    const webhookUrl = wishes.webhookUrl ?? headerOf(request, 'x-switchyard-webhook-url');
    if (webhookUrl !== undefined) this.rules.checkWebhookUrl(webhookUrl);
    const longest = this.rules.expiresMs();
    const idempotencyKey = headerOf(request, 'idempotency-key');
    if (idempotencyKey !== undefined && idempotencyKey.length > 255)
      throw new ApiError('invalid_request_error', 'idempotency-key: Input should have at most 255 characters');
    return {
      kind,
      workspace,
      key: name,
      models,
      priority: priorityOf(wishes.priority ?? headerOf(request, 'x-switchyard-priority')) ?? 'normal',
      expiresInMs: Math.min(wishes.expiresInMs ?? longest, longest),
      webhookUrl,
      headers: Object.fromEntries(
        TRAVELLING.flatMap((header) => {
          const value = headerOf(request, header);
          return value === undefined ? [] : [[header, value]];
        }),
      ),
      traceparent: headerOf(request, 'traceparent'),
      idempotencyKey,
    };
  }
}
