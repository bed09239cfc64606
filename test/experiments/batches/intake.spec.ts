import { asTests } from '../as-tests.js';
import { INTAKE } from './batches.js';

asTests('a batch, whatever becomes of it on its way in', INTAKE);
