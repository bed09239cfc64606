// `npm test`: the whole suite from a fresh clone. What follows `--` goes to jest; `--long` adds the tests that take minutes.
import { become, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const isLong = args.includes('--long');

setUp();
// With this flag jest can load ES modules from the CommonJS that swc makes of ours.
const NODE_OPTIONS = '--experimental-vm-modules --no-warnings';

become(
  'node_modules/jest/bin/jest.js',
  args.filter((arg) => arg !== '--long'),
  { NODE_OPTIONS, ...(isLong && { SWITCHYARD_LONG: '1' }) },
);
