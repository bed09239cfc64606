import { asTests } from '../as-tests.js';
import { OUTAGES } from './routing.js';

asTests('upstreams that fail', OUTAGES);
