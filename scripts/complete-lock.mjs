#!/usr/bin/env node
// Adds to package-lock.json the optional packages of other platforms that npm leaves out when its registry does not serve them.
// Without them `npm ci` refuses the lock, and people on those platforms get a tree that does not run (npm/cli#4828).
// Run it after every `npm install`; running it twice changes nothing.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];
/** How packages spell processors that Node calls otherwise. */
const SPELLINGS = { armv7: 'arm', ppc64le: 'ppc64', x86: 'ia32' };
const LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** Which machines a binary package is for, read from the parts of its name. */
const platformOf = (name) => {
  const parts = name.split(/[^a-z0-9]+/).map((part) => SPELLINGS[part] ?? part);
  const os = parts.filter((part) => SYSTEMS.includes(part));
  const cpu = parts.filter((part) => PROCESSORS.includes(part));
  const libc = os.includes('linux') ? parts.map((part) => LIBRARIES[part]).filter(Boolean) : [];
  return { ...(cpu.length && { cpu }), ...(libc.length && { libc }), ...(os.length && { os }) };
};

/** Whether `require(name)` from the package at `path` finds something in the lock, looked for from the inside out as Node does. */
const isLocked = (packages, path, name) => {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
};

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(lock.packages, path, name)) continue;
    if (!/^\d/.test(version))
      throw new Error(`${name} is wanted as ${version} by ${path}; only an exact version can be added.`);
    const placed = `node_modules/${name}`;
    lock.packages[placed] = { version, ...platformOf(name), ...(dev && { dev }), optional: true };
    added++;
  }
}
const sorted = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(sorted.map((path) => [path, lock.packages[path]]));
if (added > 0) writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(
  added > 0 ? `package-lock.json: ${added} packages of other platforms added\n` : 'package-lock.json is complete\n',
);
