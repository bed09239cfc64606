import type { BatchRequest } from '#batches';
import { setModel } from './set-model.js';

/** In bytes. Fewer, larger pieces are cheaper to send. */
const PIECE_BYTES = 64 * 1024;

/** Writes requests as the body of a batch, `{"requests":[…]}`, in pieces. With `model`, every request is for that one. */
export async function* encodeBatch(requests: AsyncIterable<BatchRequest>, model?: string): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [Buffer.from('{"requests":[')];
  let bytes = 0;
  let separator = '';
  for await (const { customId, params } of requests) {
    const sent = model === undefined ? params : setModel(params, model);
    parts.push(Buffer.from(`${separator}{"custom_id":"${customId}","params":`), sent, Buffer.from('}'));
    bytes += sent.length;
    separator = ',';
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  yield Buffer.concat([...parts, Buffer.from(']}')]);
}
