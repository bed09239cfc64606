import { spawn, spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeUnless } from '../support/describe-unless.js';

/** The official Python client before and after it changed to the API version 2026-10-21. */
const CLIENT_VERSIONS = ['1.13.0', '2.12.0'] as const;

/** Where clients are installed, once for all runs. */
const FOLDER = resolve('.cache/python');
const SCRIPTS = resolve('test/conformance/python');

/** A Python with one version of the client. */
export interface Python {
  name: string;
  interpreter: string;
}

/** Undefined when it worked, else the last thing that was said. */
const failureOf = (command: string, args: string[]): string | undefined => {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `exit code ${status}`);
};

/** Installs the client unless it is there. Returns why it could not. */
const install = (version: string): string | undefined => {
  const home = resolve(FOLDER, `anthropic-${version}`);
  if (existsSync(home)) return undefined;
  // Made aside and then named, so that neither an interrupted run nor one beside this leaves half an installation.
  const draft = `${home}.${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  const failure =
    failureOf('python3', ['-m', 'venv', draft]) ??
    failureOf(resolve(draft, 'bin/python'), [...pip, `anthropic==${version}`]);
  if (failure === undefined && !existsSync(home)) renameSync(draft, home);
  else rmSync(draft, { recursive: true, force: true });
  return failure;
};

/**
 * Declares tests for every version of the Python client. On a machine that has no Python, or cannot install the client,
 * they are declared as skipped, with the reason in their name.
 */
export const describeEachPython = (declare: (python: Python, index: number) => void): void => {
  let failure: string | undefined;
  for (const [index, version] of CLIENT_VERSIONS.entries()) {
    // What hindered the first will hinder the others, and may take its time to do so.
    failure ??= install(version);
    const name = `anthropic ${version} (Python)`;
    const python = { name, interpreter: resolve(FOLDER, `anthropic-${version}`, 'bin/python') };
    describeUnless(failure, name, () => {
      declare(python, index);
    });
  }
};

/** Runs a script of `test/conformance/python`. Gives what it printed; rejects with what it complained of. */
export const runPython = (
  { interpreter }: Python,
  { script, argument }: { script: string; argument: unknown },
  env: NodeJS.ProcessEnv = {},
): Promise<string> => {
  const child = spawn(interpreter, [resolve(SCRIPTS, script), JSON.stringify(argument)], {
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, complaints]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      if (code === 0) done(out.join(''));
      else fail(new Error(`Python exited with ${code}:\n${complaints.join('')}`));
    });
  });
};
