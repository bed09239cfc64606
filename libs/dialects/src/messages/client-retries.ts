import type { IncomingHeaders } from './upstream-headers.js';

/** More than any client makes; above it the header is somebody's invention. */
const MOST = 100;

/** How often the client has sent this very call before, as the official SDKs tell; 0 where nothing credible is said. */
export const clientRetries = (headers: IncomingHeaders): number => {
  const told = headers['x-stainless-retry-count'];
  if (typeof told !== 'string' || !/^\d{1,3}$/.test(told)) return 0;
  const count = Number(told);
  return count > MOST ? 0 : count;
};
