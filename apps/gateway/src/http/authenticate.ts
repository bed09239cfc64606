import { hash, timingSafeEqual } from 'node:crypto';
import { ApiError, type CallerKey } from '#core';
import type { FastifyRequest } from 'fastify';
import type { KeyRing } from './key-ring.js';

/** The only routes that need no key, by the path they are registered under. Everything else does. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** Says whose request it is, or throws the 401. Null where no caller's key is needed. */
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

const digest = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/** Callers' keys do not open the administration, nor the other way round. */
const admitOperator = (secret: string, adminKey: string | undefined): void => {
  if (adminKey === undefined)
    throw unauthenticated('The administration is shut: set admin_key in the configuration, and send it as x-api-key.');
  if (!timingSafeEqual(digest(secret), digest(adminKey))) throw unauthenticated('The admin key is not valid.');
};

/** Registered under `/admin`, or asked for there and not registered. */
const isAdministration = (route: string | undefined, url: string): boolean => /^\/admin(\/|\?|$)/.test(route ?? url);

/** Who may come in, at the moment of the question. */
export interface Access {
  keys: KeyRing;
  adminKey: string | undefined;
}

/**
 * The one place where a request gets in: default deny, before routing has any say and before the body is read.
 * A path that no route has needs no key outside `/v1` and `/admin`, because there is nothing behind it.
 */
export const authenticator =
  (access: () => Access, now: () => number): Authenticate =>
  (request) => {
    const route = request.routeOptions.url;
    if (route !== undefined && PUBLIC_ROUTES.has(route)) return null;
    if (route === undefined && !/^\/(anthropic\/)?(v1|v1beta|admin)(\/|\?|$)/.test(request.url)) return null;
    const { keys, adminKey } = access();
    const secret = presentedSecret(request.headers);
    if (isAdministration(route, request.url)) {
      admitOperator(secret, adminKey);
      return null;
    }
    const key = keys.find(secret);
    if (!key) throw unauthenticated('The API key is not valid.');
    if (key.expiresAt !== undefined && now() >= key.expiresAt) throw unauthenticated('The API key has expired.');
    return key;
  };
