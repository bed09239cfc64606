import { readdir, readFile, readlink } from 'node:fs/promises';

/** Why the system does not tell what is asked here; undefined where it does. */
export const NO_PROCESS_FACTS = process.platform === 'linux' ? undefined : 'only Linux tells of processes in /proc';

/** Memory that a process occupies now, in bytes. */
export const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no memory`);
  return Number(kilobytes) * 1024;
};

/** Sockets that a process has open, listening ones included. */
export const openSockets = async (pid: number): Promise<number> => {
  const folder = `/proc/${pid}/fd`;
  const targets = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => ''));
  return (await Promise.all(targets)).filter((target) => target.startsWith('socket:')).length;
};
