import type { Experiment } from '../experiment.js';
import { b01 } from './b01-workers-are-killed.js';
import { b02 } from './b02-every-crash-point.js';
import { b03 } from './b03-anything-is-killed.js';
import { b04 } from './b04-redis-is-killed.js';
import { b05 } from './b05-redis-loses-its-last-writes.js';
import { b06 } from './b06-redis-loses-everything.js';
import { b07 } from './b07-zombie-worker.js';
import { b08 } from './b08-lost-replies.js';
import { b09 } from './b09-producer-is-killed.js';
import { b10 } from './b10-cancel.js';
import { b11 } from './b11-expiry.js';
import { b12 } from './b12-fairness.js';
import { b13 } from './b13-memory.js';
import { b14 } from './b14-redis-is-full.js';
import { b15 } from './b15-large-upload.js';
import { b16 } from './b16-refused-uploads.js';
import { b17 } from './b17-upload-is-cut.js';
import { b18 } from './b18-progress.js';
import { b19 } from './b19-disk-is-full.js';
import { b20 } from './b20-blocked-worker.js';
import { b21 } from './b21-redis-away-while-idle.js';
import { b22 } from './b22-sender-is-killed.js';
import { b23 } from './b23-rolling-restart.js';
import { b24 } from './b24-damaged-log.js';
import { b25 } from './b25-all-repair-at-once.js';

/** Workers that die, sleep, hang or are replaced while a batch runs. */
export const WORKERS: readonly Experiment[] = [b01, b02, b03, b07, b10, b18, b20, b23];

/** A Redis that dies, forgets, loses its words or is full while a batch runs. */
export const QUEUE: readonly Experiment[] = [b04, b05, b06, b08, b14, b21];

/** Batches on their way in: broken off, refused, or as large as may be. */
export const INTAKE: readonly Experiment[] = [b09, b15, b16, b17];

/** What was begun is brought to its end, once: damaged, expired, out of room, repaired by all, told of. */
export const ENDS: readonly Experiment[] = [b11, b19, b22, b24, b25];

/** Many batches at once. */
export const SHARED: readonly Experiment[] = [b12, b13];
