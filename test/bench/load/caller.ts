import { Pool } from 'undici';
import type { MessagesRequest } from '../requests/messages-request.js';
import { Answer } from './answer.js';

const PATH = '/v1/messages';

/** A client with connections of its own to one place. */
export class Caller {
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = new Pool(url, { connections: null, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 });
  }

  send({ headers, body }: MessagesRequest, watch: ConstructorParameters<typeof Answer>[0]): Answer {
    const answer = new Answer(watch);
    this.pool.dispatch({ path: PATH, method: 'POST', headers, body }, answer);
    return answer;
  }

  /** Asks once and keeps the body. Rejects on any status but 200. */
  async whole({ headers, body }: MessagesRequest): Promise<Buffer> {
    const answer = await this.pool.request({ path: PATH, method: 'POST', headers, body });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${bytes.toString()}`);
    return bytes;
  }

  /** Gets something that needs no key. Rejects on any status but 200. */
  async look(path: string): Promise<void> {
    const { statusCode, body } = await this.pool.request({ path, method: 'GET' });
    await body.dump();
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  }

  /** Drops every connection. */
  close(): Promise<void> {
    return this.pool.destroy();
  }
}
