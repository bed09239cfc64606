import type { Work, Works } from '#batches';

/** What the results file of a batch says, by `custom_id`. */
export type Results = ReadonlyMap<string, { type: string; [field: string]: unknown }>;

/** Reads a results file as a client would. Throws for a line that no client could read, and for a second one of an id. */
export const readResults = async (works: Works, work: Work): Promise<Results> => {
  const pieces: Buffer[] = [];
  for await (const piece of works.results(work)) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  const results = new Map<string, { type: string }>();
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const { custom_id: id, result }: { custom_id: string; result: { type: string } } = JSON.parse(line);
    if (results.has(id)) throw new Error(`${id} has two results`);
    results.set(id, result);
  }
  return results;
};

const STATUSES = ['succeeded', 'errored', 'canceled', 'expired'] as const;

/**
 * Proves that a batch has ended as it should: exactly one result for each of the ids, in their order, and counts that sum up and agree
 * with the results. Throws with what is wrong.
 */
export const checkEnded = async (works: Works, work: Work, ids: readonly string[]): Promise<Results> => {
  if (work.status !== 'ended' || work.endedAt === undefined) throw new Error(`${work.id} is ${work.status}`);
  const results = await readResults(works, work);
  const order = [...results.keys()];
  if (order.join() !== ids.join()) {
    const missing = ids.filter((id) => !results.has(id));
    throw new Error(`${order.length} results for ${ids.length} lines; missing ${missing.slice(0, 5).join()}`);
  }
  for (const status of STATUSES) {
    const found = [...results.values()].filter(({ type }) => type === status).length;
    if (found !== work.counts[status])
      throw new Error(`${work.counts[status]} ${status} were counted, ${found} are there`);
  }
  return results;
};

/** Progress as it was seen, to prove that it never goes back and never exceeds the lines. */
export const checkProgress = (seen: readonly Work[]): void => {
  let before = 0;
  for (const { counts, lines } of seen) {
    const settled = STATUSES.reduce((sum, status) => sum + counts[status], 0);
    if (settled < before) throw new Error(`progress went from ${before} back to ${settled}`);
    if (settled > lines) throw new Error(`${settled} of ${lines} lines are settled`);
    before = settled;
  }
};
