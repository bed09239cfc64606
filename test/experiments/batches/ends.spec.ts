import { asTests } from '../as-tests.js';
import { ENDS } from './batches.js';

asTests('a batch, whatever its end has to get over', ENDS);
