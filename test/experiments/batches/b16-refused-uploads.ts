import { tracesIn, untilOnly } from '../../uploads/traces.js';
import { batchOf, batchWeighing, blanks, upload } from '../../uploads/upload.js';
import type { Experiment } from '../experiment.js';
import { exactly, type Figure } from '../figure.js';
import type { Rig } from '../rig/rig.js';
import { BatchSite } from './batch-site.js';

const MOST_LINES = 100_000;
const MOST_BYTES = 256 * 1024 * 1024;

interface Refusal {
  what: string;
  body: Iterable<Buffer>;
  headers?: Record<string, string>;
  status: number;
  /** Part of what is said, so that it is refused for this and nothing else. */
  says: string;
}

const refusals = ({ long }: Rig): Refusal[] => [
  {
    what: 'an id twice, 50,000 lines apart',
    body: batchOf(60_000, { 50_000: '{"custom_id":"line-7","params":{}}' }),
    status: 400,
    says: 'requests.50000.custom_id',
  },
  {
    what: 'line 99,999 is bad',
    body: batchOf(MOST_LINES, { [MOST_LINES - 1]: '{"custom_id":"bad id","params":{}}' }),
    status: 400,
    says: 'requests.99999.custom_id',
  },
  {
    what: 'a path as an id',
    body: batchOf(2, { 1: '{"custom_id":"../../etc/passwd","params":{}}' }),
    status: 400,
    says: 'requests.1.custom_id',
  },
  { what: '100,001 lines', body: batchOf(MOST_LINES + 1), status: 400, says: 'at most 100000 items' },
  {
    what: '256 MB and a byte, as it declares',
    body: blanks(MOST_BYTES + 1),
    headers: { 'content-length': String(MOST_BYTES + 1) },
    status: 413,
    says: 'request_too_large',
  },
  // Only its end shows it, and by then all of it has been written.
  ...(long
    ? [{ what: '256 MB and a byte', body: batchWeighing(MOST_BYTES + 1), status: 413, says: 'request_too_large' }]
    : []),
];

/** Uploads that cannot be batches, some of which show it at their very end. */
export const b16: Experiment = {
  id: 'B16',
  title: 'uploads that cannot be batches',
  tier: 'long',
  run: async (rig) => {
    const site = await BatchSite.open(rig, { behaviour: '', workers: 0 });
    const url = `${site.fleet.urls[0]}/v1/messages/batches`;
    await site.untilTaken();
    const before = await tracesIn(site);
    const figures: Figure[] = [];
    for (const { what, body, headers, status, says } of refusals(rig)) {
      const answer = await upload(url, body, headers);
      const told = JSON.stringify(answer.body);
      const isRight = answer.status === status && told.includes(says);
      figures.push(exactly(status, { name: what, value: isRight ? answer.status : Number.NaN, note: told }));
    }
    const left = await untilOnly(before, site).then(
      () => 0,
      () => 1,
    );
    return [
      ...figures,
      exactly(0, { name: 'whether anything of them is left in storage or Redis', value: left }),
      exactly(0, { name: 'batches', value: (await site.listed()).length }),
    ];
  },
};
