// `npm test`: the whole suite from a fresh clone. What follows `--` goes to jest; `--long` adds the tests that take minutes.
import { become, setUp } from './setup.mjs';

const args = process.argv.slice(2);
const isLong = args.includes('--long');
const chosen = args.filter((arg) => arg !== '--long');

setUp();
const JEST = 'node_modules/jest/bin/jest.js';
const env = {
  // With this flag jest can load ES modules from the CommonJS that swc makes of ours.
  NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
  ...(isLong && { SWITCHYARD_LONG: '1' }),
};

/**
 * Suites run beside each other, and some of them measure time on processes that compete for the same cores. What has failed in the
 * whole is judged once more by itself, one suite after the other: a fault fails again.
 */
const judgeAlone = () => {
  console.log('\nWhat has failed runs once more, by itself:');
  become(JEST, ['--onlyFailures', '--runInBand'], env);
};

become(JEST, chosen, env, chosen.length === 0 ? judgeAlone : undefined);
