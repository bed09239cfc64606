import { z } from 'zod';
import type { RedisAddress } from '#core';
import type { Draft } from './draft.js';
import { flag, host, wants, words } from './entry-values.js';
import { readSection, section } from './section.js';

const PATH = ['redis'];
const URL_FORM = 'redis://HOST:PORT, rediss://HOST:PORT, or a mapping with sentinel or cluster';

const node = z.string(wants('HOST:PORT')).transform((input, context) => {
  const [, name, digits] = /^(.+):(\d{1,5})$/.exec(input) ?? [];
  if (name !== undefined && host.safeParse(name).success && Number(digits) > 0 && Number(digits) < 65_536)
    return { host: name.replace(/^\[(.*)\]$/, '$1'), port: Number(digits) };
  context.addIssue(`is ${JSON.stringify(input)}; write HOST:PORT`);
  return z.NEVER;
});

const shared = {
  nodes: z.array(node, wants('a list of HOST:PORT')).min(1, { error: 'is empty; write a list of HOST:PORT' }),
  username: words('a user name').optional(),
  password: words('a password').optional(),
  tls: flag.default(false),
};

const database = z.int(wants('the number of a database, 0 or more')).min(0).default(0);
const forms = section({
  sentinel: section({ master: words('mymaster'), database, ...shared }).optional(),
  cluster: section(shared).optional(),
});

const isRedisUrl = (text: string): boolean =>
  URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol) && new URL(text).hostname !== '';

/** Reads `redis`: a URL, `{ sentinel: … }` or `{ cluster: … }`. Without it `REDIS_URL` or the local default is meant. */
export const readRedisAddress = (draft: Draft, fallback: string): RedisAddress | undefined => {
  const value = draft.at(PATH) ?? fallback;
  if (typeof value === 'string') {
    if (isRedisUrl(value)) return { kind: 'single', url: value };
    draft.fault(PATH, `is not the address of a Redis; write ${URL_FORM}`);
    return undefined;
  }
  const given = readSection(draft, PATH, forms);
  if (!given) return undefined;
  if (given.sentinel && !given.cluster) {
    const { username, password, ...rest } = given.sentinel;
    return { kind: 'sentinel', username, password, ...rest };
  }
  if (given.cluster && !given.sentinel) {
    const { username, password, ...rest } = given.cluster;
    return { kind: 'cluster', username, password, ...rest };
  }
  draft.fault(
    PATH,
    `names ${given.sentinel ? 'both sentinel and cluster' : 'neither sentinel nor cluster'}; write one`,
  );
  return undefined;
};
