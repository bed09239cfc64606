// `npm start`: from a fresh clone to a running gateway.
import { become, setUp } from './setup.mjs';

setUp();
become('dist/apps/cli/src/main.js', ['up', ...process.argv.slice(2)]);
