import { crc32 } from 'node:zlib';

/** Length, CRC-32 of the record, CRC-32 of the eight bytes before: 32 bits each, little-endian. */
const HEAD = 12;

/** One record as it lies in a log. */
export const frameRecord = (record: Buffer): Buffer => {
  const frame = Buffer.allocUnsafe(HEAD + record.length);
  frame.writeUInt32LE(record.length, 0);
  frame.writeUInt32LE(crc32(record), 4);
  frame.writeUInt32LE(crc32(frame.subarray(0, 8)), 8);
  record.copy(frame, HEAD);
  return frame;
};

export interface Frame {
  /** Undefined when its checksum does not hold. */
  record: Buffer | undefined;
  /** Offset of the byte after it. */
  end: number;
}

/**
 * Takes a log apart. The head has a checksum of its own, so that a damaged record can be skipped by a length that is known to be
 * right. After a damaged head nothing is looked for: records hold what callers wrote, which may look like frames. `onTorn` is
 * told when bytes are left at the end that are no whole frame.
 */
export async function* readFrames(
  pieces: AsyncIterable<Buffer>,
  onTorn: (what: string) => void,
): AsyncGenerator<Frame> {
  const source = new ByteSource(pieces);
  let end = 0;
  try {
    for (;;) {
      const head = await source.take(HEAD);
      if (head.length === 0) return;
      if (head.length < HEAD) return onTorn(`cut off within a head at byte ${end}`);
      if (head.readUInt32LE(8) !== crc32(head.subarray(0, 8))) return onTorn(`no head of a record at byte ${end}`);
      const length = head.readUInt32LE(0);
      const record = await source.take(length);
      if (record.length < length) return onTorn(`cut off within the record at byte ${end}`);
      end += HEAD + length;
      yield { record: crc32(record) === head.readUInt32LE(4) ? record : undefined, end };
    }
  } finally {
    await source.close();
  }
}

/** The records whose checksums hold. */
export async function* readRecords(
  pieces: AsyncIterable<Buffer>,
  onCorrupt: (what: string) => void,
): AsyncGenerator<Buffer> {
  for await (const { record, end } of readFrames(pieces, onCorrupt)) {
    if (record) yield record;
    else onCorrupt(`wrong checksum of the record that ends at byte ${end}`);
  }
}

/** Bytes by the number instead of by the piece. */
class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, or what is left. */
  async take(count: number): Promise<Buffer> {
    const parts = [this.#held];
    let have = this.#held.length;
    while (have < count) {
      const next = await this.#pieces.next();
      if (next.done) break;
      parts.push(next.value);
      have += next.value.length;
    }
    const all = parts.length > 1 ? Buffer.concat(parts, have) : this.#held;
    this.#held = all.subarray(count);
    return all.subarray(0, count);
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
