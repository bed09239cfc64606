import { type EndRecord, countsChunk } from '../end/end-record.js';
import { readEndRecord } from '../end/work-ender.js';
import { layout } from '../layout.js';
import { readCustomIds } from '../run/chunk-input.js';
import { readSeal, readSealHeader, resultLine } from '../seal/seal-file.js';
import type { Storage } from '../storage/storage.js';
import { StorageError } from '../storage/storage-error.js';
import type { Chunk, Manifest } from '../work.js';

const LINE_FEED = 0x0a;

/** A whole sealed chunk goes through as it is, but for its header. */
async function* wholeChunk(storage: Storage, path: string): AsyncGenerator<Buffer> {
  let isHeader = true;
  for await (const piece of storage.stream(path)) {
    const end = isHeader ? piece.indexOf(LINE_FEED) : -1;
    if (!isHeader) yield piece;
    else if (end !== -1) {
      isHeader = false;
      if (end + 1 < piece.length) yield piece.subarray(end + 1);
    }
  }
}

/** Lines without a result of their own get the one that all such lines of the work have; those whose id is lost get none. */
async function* filledChunk(
  storage: Storage,
  { work, chunk, rest, path }: { work: Manifest; chunk: Chunk; rest: EndRecord['rest']; path: string | undefined },
): AsyncGenerator<Buffer> {
  const ids = await readCustomIds(storage, work, chunk);
  const sealed = path === undefined ? undefined : await readSeal(storage, path);
  const filled = JSON.stringify({ type: rest });
  const results = sealed?.lines.values();
  const lines = ids.flatMap((id, line) => {
    const has = (sealed?.header.statuses[line] ?? '-') !== '-';
    const result = has ? results?.next().value : undefined;
    return result ?? (id === undefined ? [] : resultLine(id, filled));
  });
  yield Buffer.concat(lines);
}

/** Rather no results than made-up ones: what has been counted would be told as expired. */
const lost = (path: string): StorageError => new StorageError('missing', `${path} is gone.`);

/** The results file of an ended batch, piece by piece: one line for each line of the input, in its order. Rejects with `StorageError`. */
export async function* resultLines(storage: Storage, work: Manifest): AsyncGenerator<Buffer> {
  const ended = await readEndRecord({ storage }, work.id);
  if (!ended) throw lost(layout.ended(work.id));
  const { rest } = ended;
  for (const chunk of work.chunks) {
    const path = countsChunk(ended, chunk.index) ? layout.output(work.id, chunk.index) : undefined;
    const header = path === undefined ? undefined : await readSealHeader(storage, path);
    if (path !== undefined && !header) throw lost(path);
    if (path !== undefined && header && !header.statuses.includes('-')) yield* wholeChunk(storage, path);
    else yield* filledChunk(storage, { work, chunk, rest, path });
  }
}
