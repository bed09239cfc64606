import { resolve } from 'node:path';
import { runCommand } from './program.js';

/** The project's root, from where the compiler puts this file. */
const root = resolve(import.meta.dirname, '../../../..');

const code = await runCommand(process.argv.slice(2), {
  root,
  env: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
});

// What failed may have left connections open, and nobody is there any more to close them.
if (code !== 0) process.exit(code);
