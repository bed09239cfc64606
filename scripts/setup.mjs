// Gets a clone ready to run: packages, then the build, each only if needed. Plain JavaScript for any Node from 20 on, without
// dependencies, because it runs before there are any. What it prepares runs on the Node that package.json pins.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

const NODE = at('node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
const BUILT = at('dist/.built');

const say = (text) => process.stdout.write(`${text}\n`);

/** Ends the process with what to do about it. */
const giveUp = (...lines) => {
  process.stderr.write(`\n${lines.join('\n')}\n`);
  process.exit(1);
};

const environment = () => ({ ...process.env, PATH: `${at('node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` });

const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: environment(), ...options }).status === 0;

const npm = (...args) => {
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { npm_execpath: script } = process.env;
  // Under `npm start` the very npm that runs us is known, whatever the path has.
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args, ...flags]);
  return run('npm', [...args, ...flags], { shell: process.platform === 'win32' });
};

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Whether what npm says it has installed is what the lock asks for. npm writes that file last, so a broken install has none. */
const isInstalled = () => {
  const record = at('node_modules/.package-lock.json');
  if (!existsSync(record) || !existsSync(NODE)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(at('package-lock.json')).packages).every(
    ([path, { version, optional, link }]) =>
      !path.startsWith('node_modules/') || optional || link || installed[path]?.version === version,
  );
};

const install = () => {
  if (isInstalled()) return;
  say('installing packages, which takes a minute the first time …');
  if (npm('ci')) return;
  say('npm ci could not; trying npm install …');
  if (npm('install', '--no-save') && existsSync(NODE)) return;
  giveUp(
    'The packages could not be installed.',
    'Look at what npm said above; mostly the registry cannot be reached (see `npm config get registry`). Then run this again.',
  );
};

const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts');

const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    // `path` is what Node 20.11 and older call `parentPath`.
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0);

const isBuilt = () => {
  if (!existsSync(BUILT)) return false;
  const built = statSync(BUILT).mtimeMs;
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(
    (file) => statSync(at(file)).mtimeMs,
  );
  return Math.max(...settings, ...['apps', 'libs', 'test'].map((folder) => newest(at(folder)))) < built;
};

const build = () => {
  if (isBuilt()) return;
  say('building …');
  const started = new Date();
  if (!run(NODE, [at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']))
    giveUp('The build failed; the compiler says why above.');
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(BUILT, `${started.toISOString()}\n`);
};

/** Installs and builds what has changed since it was last done. Ends the process if that is impossible. */
export const setUp = () => {
  if (Number(process.versions.node.split('.')[0]) < 20)
    giveUp(`Node ${process.versions.node} is too old to begin with; install Node 20 or newer from https://nodejs.org.`);
  install();
  build();
};

/**
 * A signal to npm ends the shell between npm and us, which passes nothing on; all we notice is that our parent is another.
 */
const whenNpmIsGone = (callback) => {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, 250);
};

/**
 * Runs a program on the pinned Node in place of this one: it gets our signals, and we exit as it does, unless `onFailure` is there to
 * do something about a failure that is no signal.
 */
export const become = (script, args, env = {}, onFailure) => {
  const child = spawn(NODE, [at(script), ...args], { cwd: root, stdio: 'inherit', env: { ...environment(), ...env } });
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      stopping = true;
      child.kill(signal);
    });
  whenNpmIsGone(() => child.kill('SIGTERM'));
  child.on('error', (error) =>
    giveUp(`${NODE} cannot be run (${error.message}); delete node_modules and run this again.`),
  );
  child.on('exit', (code, signal) => {
    if (code && onFailure && !stopping) onFailure();
    else process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
};

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) setUp();
