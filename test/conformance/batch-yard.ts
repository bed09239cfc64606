import { TEST_KEY, type GatewayProcess } from '#testing';
import { Yard } from '../yard.js';
import { TO_PAGE, TWO_REQUESTS } from './batch-cases.js';
import { type Lane, laneConfig } from './lane.js';

/** A key of another workspace, which has nothing but the batches that are there to be listed. */
export const LISTER_KEY = 'sk-test-lister-0123456789';

/** A Switchyard for batches in one lane. */
export const openBatchYard = (lane: Lane, upstreamUrl: string): Promise<Yard> =>
  Yard.open({
    ...laneConfig(lane, upstreamUrl),
    keys: [
      { name: 'test', secret: TEST_KEY },
      { name: 'lister', secret: LISTER_KEY, workspace: 'listed' },
    ],
    workspaces: { listed: {} },
  });

/** Creates what there is to be listed. Gives the ids, newest first. */
export const createListed = async (gateway: GatewayProcess): Promise<string[]> => {
  const ids: string[] = [];
  const body = { requests: TWO_REQUESTS.slice(0, 1) };
  while (ids.length < TO_PAGE) {
    const created = await gateway.post('/v1/messages/batches', body, { headers: { 'x-api-key': LISTER_KEY } });
    ids.unshift(((await created.json()) as { id: string }).id);
  }
  return ids;
};
