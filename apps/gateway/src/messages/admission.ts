import { ApiError, type CallerKey, type Endpoint, type Route } from '#core';
import { affinityKey, clientRetries, readMessagesRequest } from '#dialects';
import { type Call, PassingTrace, RecordedTrace } from '#exchange';
import type { Config } from '#platform';
import type { Tracer } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import { mayUse } from './may-use.js';

/** From an authenticated request to a call that the exchange can take. */
export class Admission {
  constructor(
    private readonly config: () => Config,
    private readonly tracer: Tracer | undefined,
    private readonly now: () => number,
  ) {}

  /** Where a model's calls go. Throws 403 where the key may not use it, 404 where it leads nowhere. */
  routeOf(key: CallerKey, model: string): Route {
    if (!mayUse(key, model))
      throw new ApiError('permission_error', `The key "${key.name}" may not use the model "${model}".`);
    const route = this.config().catalog.find(model);
    if (!route) throw new ApiError('not_found_error', `model: ${model}`);
    return route;
  }

  /** Throws the `ApiError` of whatever keeps the request from being a call. */
  admit(endpoint: Endpoint, http: FastifyRequest): Call {
    const receivedAt = this.now();
    const { caller: key, headers } = http;
    if (!key) throw new Error('A call was routed without a key.');
    const request = readMessagesRequest({ endpoint, body: http.body as Buffer | undefined, headers });
    const route = this.routeOf(key, request.model);
    const trace = this.tracer
      ? new RecordedTrace(this.tracer, `POST ${http.routeOptions.url}`, headers)
      : new PassingTrace(headers);
    return {
      requestId: http.id,
      key,
      request,
      route,
      receivedAt,
      trace,
      urgency: 'interactive',
      clientRetries: clientRetries(headers),
      affinityKey: () => affinityKey(request, { route, workspace: key.workspace, headers }),
    };
  }
}
