import { asTests } from '../as-tests.js';
import { WORKERS } from './batches.js';

asTests('a batch, whatever becomes of its workers', WORKERS, true);
