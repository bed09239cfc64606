import { asTests } from '../as-tests.js';
import { ANSWERS } from './routing.js';

asTests('whatever else upstreams answer', ANSWERS);
