/** Response headers with lower-case names, as an HTTP client gives them. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The value of a header, the first where it was sent more than once. */
export const firstValue = (value: string | string[] | undefined): string | undefined =>
  (Array.isArray(value) ? value[0] : value)?.trim();
