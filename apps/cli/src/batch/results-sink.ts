import { access, open, rename, rm } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.js';
import { Away } from './away.js';

/** Where results go. */
export interface ResultsSink {
  /** For messages. */
  name: string;
  /** Whether a writing that was cut off can begin anew. */
  isRepeatable: boolean;
  /** Takes all of them, in place of what an earlier call has written. */
  write(pieces: AsyncIterable<Buffer>): Promise<void>;
  /** All has been written, and is what it should be. */
  commit(): Promise<void>;
  /** It is not, or never will be. */
  discard(): Promise<void>;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const unwritable = (file: string, error: unknown): unknown => {
  if (error instanceof Failure || !(error instanceof Error) || !('syscall' in error)) return error;
  return new Failure(`${file} cannot be written: ${error.message}.`, { cause: error });
};

/** A file that has its name only when it is whole and on the disk: until then it is called FILE.part. */
const fileSink = (file: string): ResultsSink => {
  const part = `${file}.part`;
  const write = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    const handle = await open(part, 'w');
    try {
      await handle.writeFile(pieces);
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  return {
    name: file,
    isRepeatable: true,
    write: (pieces) =>
      write(pieces).catch((error: unknown) => {
        throw unwritable(part, error);
      }),
    commit: () => rename(part, file),
    discard: () => rm(part, { force: true }),
  };
};

const streamSink = (stream: Writable): ResultsSink => ({
  name: 'standard output',
  isRepeatable: false,
  write: async (pieces) => {
    try {
      await pipeline(Readable.from(pieces, { objectMode: false }), stream, { end: false });
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      throw new Failure(`${error.message} What was printed is not all; use -o FILE, which tries again.`, {
        cause: error,
      });
    }
  },
  commit: () => Promise.resolve(),
  discard: () => Promise.resolve(),
});

/** What was named on the command line; `-` is `stdout`. Throws `Failure` where a file would be lost. */
export const openSink = async (named: string, stdout: Writable, force: boolean): Promise<ResultsSink> => {
  if (named === '-') return streamSink(stdout);
  if (!force && (await exists(named)))
    throw new Failure(`${named} is there already; choose another name, or replace it with --force.`);
  return fileSink(named);
};
