import type { IncomingHttpHeaders } from 'node:http';

/** The token of `authorization: Bearer TOKEN`, or null. */
export const bearerToken = (headers: IncomingHttpHeaders): string | null =>
  /^bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1] ?? null;
