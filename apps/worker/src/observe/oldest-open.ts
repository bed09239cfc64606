import type { WorkStore } from '#batches';

/** Age in milliseconds of the open work that expires first; undefined when there is none, or Redis does not say. */
export const oldestOpenMs = async ({ sets, states }: WorkStore): Promise<number | undefined> => {
  try {
    const [[first], now] = await Promise.all([sets.open(0, 1), sets.now()]);
    const work = first === undefined ? undefined : await states.find(first);
    return work && now - work.createdAt;
  } catch {
    return undefined;
  }
};
