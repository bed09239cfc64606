/** What a client would like, as far as it concerns answering later. RFC 7240, 4.1 and 4.3. */
export interface Preference {
  respondAsync: boolean;
  /** How long it would wait for the answer itself; undefined: not said. */
  waitMs: number | undefined;
}

/** Longer than proxies on the way keep a connection that says nothing. */
export const LONGEST_WAIT_MS = 300_000;

/** Seconds as a client wrote them, in milliseconds within bounds; undefined where it is no such number. */
export const waitOf = (seconds: string | undefined): number | undefined =>
  seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Math.min(Number(seconds) * 1000, LONGEST_WAIT_MS) : undefined;

/** Reads `Prefer`. What it does not know it ignores, as the RFC has it. */
export const readPrefer = (header: string | string[] | undefined): Preference => {
  const parts = [header ?? []].flat().join(',').split(/[,;]/);
  const wishes = new Map(
    parts.map((part) => {
      const [name = '', value = ''] = part
        .trim()
        .toLowerCase()
        .split(/\s*=\s*/);
      return [name, value.replaceAll('"', '')];
    }),
  );
  return { respondAsync: wishes.has('respond-async'), waitMs: waitOf(wishes.get('wait')) };
};

/** What was done about it, for `preference-applied`. */
export const appliedPreference = ({ waitMs }: Preference): string =>
  waitMs === undefined ? 'respond-async' : `respond-async, wait=${waitMs / 1000}`;
