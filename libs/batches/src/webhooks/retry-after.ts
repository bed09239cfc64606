/** What a `retry-after` asks for, in milliseconds from `now`: seconds or a date. Undefined when it says neither. RFC 9110, 10.2.3. */
export const retryAfterMs = (value: string | string[] | undefined, now: number): number | undefined => {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
