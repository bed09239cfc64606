import { asTests } from '../as-tests.js';
import { QUEUE } from './batches.js';

asTests('a batch, whatever becomes of its Redis', QUEUE, true);
