import type { Experiment } from '../experiment.js';
import { b01 } from './b01-workers-are-killed.js';
import { b03 } from './b03-anything-is-killed.js';
import { b04 } from './b04-redis-is-killed.js';
import { b05 } from './b05-redis-loses-its-last-writes.js';
import { b06 } from './b06-redis-loses-everything.js';
import { b07 } from './b07-zombie-worker.js';
import { b08 } from './b08-lost-replies.js';
import { b10 } from './b10-cancel.js';
import { b18 } from './b18-progress.js';
import { b20 } from './b20-blocked-worker.js';
import { b21 } from './b21-redis-away-while-idle.js';
import { b23 } from './b23-rolling-restart.js';

/** Workers that die, sleep, hang or are replaced while a batch runs. */
export const WORKERS: readonly Experiment[] = [b01, b03, b07, b10, b18, b20, b23];

/** A Redis that dies, forgets or loses its words while a batch runs. */
export const QUEUE: readonly Experiment[] = [b04, b05, b06, b08, b21];
