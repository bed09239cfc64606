import type { Experiment } from '../experiment.js';
import { a01 } from './a01-one-upstream-fails.js';
import { a02 } from './a02-all-upstreams-fail.js';
import { a03 } from './a03-rate-limited-credential.js';
import { a04 } from './a04-spill-and-return.js';
import { a05 } from './a05-probe-is-rate-limited.js';
import { a06 } from './a06-credential-refused.js';
import { a07 } from './a07-outcome-table.js';
import { a08 } from './a08-keep-alive-race.js';
import { a09 } from './a09-slow-upstream.js';
import { a10 } from './a10-affinity.js';
import { a11 } from './a11-remapping.js';
import { a12 } from './a12-shared-limit.js';
import { a13 } from './a13-redis-dies.js';
import { a14 } from './a14-redis-hangs.js';
import { a15 } from './a15-redis-is-slow.js';
import { a16 } from './a16-clock-jumps.js';
import { a17 } from './a17-throttled-upstream.js';
import { a18 } from './a18-reload.js';

/** Upstreams that fail or are overloaded for a while. */
export const OUTAGES: readonly Experiment[] = [a01, a02, a04, a05];

/** Whatever else upstreams answer, and how they differ. */
export const ANSWERS: readonly Experiment[] = [a06, a07, a08, a09, a10, a11];

/** Upstreams that fail or differ, and what callers see of it. */
export const FAILURES: readonly Experiment[] = [...OUTAGES, ...ANSWERS];

/** What replicas share, and what remains of it without Redis. */
export const SHARING: readonly Experiment[] = [a03, a12, a13, a14, a15, a16, a17, a18];
