import { runSimulator } from '../../../apps/simulator/src/main.js';

/** The simulator at its lightest, as a process of its own: it must never be what is measured. */
await runSimulator({ port: 0, express: true, ledger: 'counts' });
