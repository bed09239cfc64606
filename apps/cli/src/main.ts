import { resolve } from 'node:path';
import { runCommand } from './program.js';

/** The project's root, from where the compiler puts this file. */
const root = resolve(import.meta.dirname, '../../../..');

process.exitCode = await runCommand(process.argv.slice(2), {
  root,
  env: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
});
