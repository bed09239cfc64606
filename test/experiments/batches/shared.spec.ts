import { asTests } from '../as-tests.js';
import { SHARED } from './batches.js';

asTests('batches beside each other', SHARED);
