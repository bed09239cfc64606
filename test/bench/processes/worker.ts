import { runWorker } from '../../../apps/worker/src/main.js';

/** Switchyard's worker, as `switchyard worker --config FILE` runs it. Usage: worker FILE */
await runWorker({ config: process.argv[2], port: 0 });
