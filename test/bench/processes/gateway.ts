import { runGateway } from '../../../apps/gateway/src/main.js';

/** Switchyard's gateway, as `switchyard gateway --config FILE` runs it. Usage: gateway FILE */
await runGateway({ config: process.argv[2], port: 0 });
