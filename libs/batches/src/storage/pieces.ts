/** An error of the body that was to be written: whoever gave the body gets it back as it was. */
export class BodyFailure extends Error {
  constructor(cause: unknown) {
    super('The body to be written failed.', { cause });
  }
}

/**
 * The same bytes in pieces of exactly `bytes`, the last one shorter; nothing for an empty body. Holds two pieces at most, beside
 * one of the body's. Throws `BodyFailure` when the body fails.
 */
export async function* inPieces(body: Buffer | AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const part of Buffer.isBuffer(body) ? [body] : marked(body)) {
    let rest = part;
    while (size + rest.length >= bytes) {
      const fits = bytes - size;
      yield held.length === 0 ? rest.subarray(0, fits) : Buffer.concat([...held, rest.subarray(0, fits)]);
      held = [];
      size = 0;
      rest = rest.subarray(fits);
    }
    if (rest.length > 0) held.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(held);
}

/** All pieces as one. */
export const joinPieces = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
};

async function* marked(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw new BodyFailure(error);
  }
}
