import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../failure.js';
import type { Terminal } from '../terminal.js';

/** Requests that can be read as often as need be: to check them, to send them, and to send them again. */
export interface Input {
  /** For messages. */
  name: string;
  bytes: number;
  /** From the beginning. Rejects with `Failure`. */
  open(): AsyncIterable<Buffer>;
  /** Removes what was kept of it. */
  dispose(): Promise<void>;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

const unreadable = (name: string, error: NodeJS.ErrnoException): Failure =>
  new Failure(`${name} cannot be read: ${REASONS[error.code ?? ''] ?? error.message}.`, { cause: error });

async function* read(file: string, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 256 * 1024 })) yield piece as Buffer;
  } catch (error) {
    throw unreadable(name, error as NodeJS.ErrnoException);
  }
}

const openFile = async (file: string): Promise<Input> => {
  const { size, isFolder } = await stat(file).then(
    (stats) => ({ size: stats.size, isFolder: stats.isDirectory() }),
    (error: NodeJS.ErrnoException) => Promise.reject(unreadable(file, error)),
  );
  if (isFolder) throw new Failure(`${file} cannot be read: it is a folder.`);
  return { name: file, bytes: size, open: () => read(file, file), dispose: () => Promise.resolve() };
};

/** Standard input can be read once, so it is kept in a file that only its owner may read until the batch has been accepted. */
const keepStandardInput = async ({ stdin, complain }: Terminal, signal: AbortSignal): Promise<Input> => {
  if (stdin.isTTY) complain('Reading requests from this terminal, one a line; Ctrl-D ends them.');
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-batch-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'requests');
  try {
    await pipeline(stdin, createWriteStream(file, { mode: 0o600 }), { signal });
    const { size } = await stat(file);
    return { name: 'standard input', bytes: size, open: () => read(file, 'standard input'), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
};

/** What was named on the command line; `-` is standard input. Rejects with `Failure` when it cannot be read. */
export const openInput = (named: string, terminal: Terminal, signal: AbortSignal): Promise<Input> =>
  named === '-' ? keepStandardInput(terminal, signal) : openFile(named);
