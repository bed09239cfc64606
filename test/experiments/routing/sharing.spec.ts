import { asTests } from '../as-tests.js';
import { SHARING } from './routing.js';

asTests('replicas that share what they know', SHARING);
