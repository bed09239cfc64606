import { asTests } from '../as-tests.js';
import { FAILURES } from './routing.js';

asTests('upstreams that fail', FAILURES);
