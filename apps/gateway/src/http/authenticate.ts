import { ApiError, type CallerKey } from '#core';
import type { FastifyRequest } from 'fastify';
import type { KeyRing } from './key-ring.js';

/** The only routes that need no key, by the path they are registered under. Everything else does. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** Says whose request it is, or throws the 401. Null where no key is needed. */
export type Authenticate = (request: FastifyRequest) => CallerKey | null;

/** A client that asks again with the same key would only get the same answer. */
const unauthenticated = (message: string): ApiError =>
  new ApiError('authentication_error', message, { headers: { 'x-should-retry': 'false' } });

const BEARER = /^bearer +(.+)$/i;

const presentedSecret = (headers: FastifyRequest['headers']): string => {
  const header = headers['x-api-key'];
  const apiKey = typeof header === 'string' && header !== '' ? header : undefined;
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1]?.trim();
  if (apiKey !== undefined && bearer !== undefined && apiKey !== bearer)
    throw unauthenticated('x-api-key and authorization hold different keys; send one, or the same in both.');
  const secret = apiKey ?? bearer;
  if (secret === undefined)
    throw unauthenticated('A key is required: send it as x-api-key, or as authorization: Bearer.');
  return secret;
};

/**
 * The one place where a request gets in: default deny, before routing has any say and before the body is read.
 * A path that no route has needs no key outside `/v1` and `/admin`, because there is nothing behind it.
 */
export const authenticator =
  (keys: () => KeyRing, now: () => number): Authenticate =>
  (request) => {
    const route = request.routeOptions.url;
    if (route !== undefined && PUBLIC_ROUTES.has(route)) return null;
    if (route === undefined && !/^\/(anthropic\/)?(v1|v1beta|admin)(\/|\?|$)/.test(request.url)) return null;
    const key = keys().find(presentedSecret(request.headers));
    if (!key) throw unauthenticated('The API key is not valid.');
    if (key.expiresAt !== undefined && now() >= key.expiresAt) throw unauthenticated('The API key has expired.');
    return key;
  };
