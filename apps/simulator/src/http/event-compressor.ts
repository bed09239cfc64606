import { constants, createGzip } from 'node:zlib';

/** Compresses event by event: what is given out for one can be decompressed without waiting for the next. */
export class EventCompressor {
  readonly #gzip = createGzip();
  readonly #done: Buffer[] = [];

  constructor() {
    this.#gzip.on('data', (bytes: Buffer) => this.#done.push(bytes));
  }

  event(text: string): Promise<Buffer> {
    this.#gzip.write(text);
    return new Promise((resolve) => {
      this.#gzip.flush(constants.Z_SYNC_FLUSH, () => resolve(this.#taken()));
    });
  }

  /** The trailer, without which the whole is not valid. */
  end(): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#gzip.once('end', () => resolve(this.#taken())).end();
    });
  }

  #taken(): Buffer {
    return Buffer.concat(this.#done.splice(0));
  }
}
