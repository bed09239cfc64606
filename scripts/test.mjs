// `npm test`: the whole suite from a fresh clone. What follows `--` goes to jest; `--long` adds the tests that take minutes.
import { become, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const isLong = args.includes('--long');

setUp();
become(
  'node_modules/jest/bin/jest.js',
  args.filter((arg) => arg !== '--long'),
  isLong ? { SWITCHYARD_LONG: '1' } : {},
);
