import { ApiError } from '#core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What paths exist, for telling "no such path" from "not with this method". */
export class RouteTable {
  private readonly methodsByPath = new Map<string, Set<string>>();

  /** Must watch before the routes are registered. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ url, method }) => {
      const methods = this.methodsByPath.get(url) ?? new Set();
      for (const name of [method].flat()) methods.add(name);
      this.methodsByPath.set(url, methods);
    });
  }

  notFound(request: FastifyRequest): ApiError {
    const [path = ''] = request.url.split('?');
    const allowed = this.methodsOf(path);
    if (!allowed) return new ApiError('not_found_error', `There is nothing at ${path}.`);
    const allow = [...allowed].join(', ');
    return new ApiError('invalid_request_error', `${path} takes ${allow}, not ${request.method}.`, {
      status: 405,
      headers: { allow },
    });
  }

  private methodsOf(path: string): Set<string> | undefined {
    for (const [template, methods] of this.methodsByPath) {
      const pattern = template.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
      if (new RegExp(`^${pattern.join('/')}$`).test(path)) return methods;
    }
    return undefined;
  }
}
