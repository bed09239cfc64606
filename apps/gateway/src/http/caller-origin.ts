import type { FastifyRequest } from 'fastify';

const HOST = /^[A-Za-z0-9._-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/;

const first = (value: string | string[] | undefined): string | undefined => [value].flat()[0]?.split(',')[0]?.trim();

/**
 * Where the caller found us, with the prefix that it used: what it is told to come back to must be reachable from where it is.
 * A proxy's account of it is believed, because a caller who forges one misleads nobody else.
 */
export const callerOrigin = ({ headers, url }: Pick<FastifyRequest, 'headers' | 'url'>): string => {
  const host = [first(headers['x-forwarded-host']), headers.host].find((name) => name !== undefined && HOST.test(name));
  const scheme = first(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http';
  const prefix = url.startsWith('/anthropic/') ? '/anthropic' : '';
  return `${scheme}://${host ?? 'localhost'}${prefix}`;
};
