import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { Failure } from '../failure.js';
import type { Connection } from './connection.js';
import { networkFailure, refusalOf } from './refusal.js';
import type { Batch, BatchPage, Progress } from './wire.js';

const BATCHES = '/v1/messages/batches';

/** For one answer; what takes longer is lost. */
const PATIENCE_MS = 30_000;
/** A large batch has to become durable before it is acknowledged. */
const INTAKE_PATIENCE_MS = 180_000;

/** An explanation is not longer. */
const LONGEST_REFUSAL = 16 * 1024;

/** A batch on its way to the gateway. */
export interface Upload {
  /** For one attempt. */
  body: Readable;
  bytes: number;
  headers: Readonly<Record<string, string>>;
}

type Call = Pick<Dispatcher.RequestOptions, 'method' | 'body' | 'headersTimeout'> & {
  headers?: Readonly<Record<string, string>>;
};

const refusalText = async (body: Dispatcher.ResponseData['body']): Promise<string> => {
  let text = '';
  for await (const piece of body.setEncoding('utf8')) {
    text += piece;
    if (text.length > LONGEST_REFUSAL) break;
  }
  return text;
};

/** The batches of one gateway. Everything rejects with `Away` for what may pass, else with `Failure`, and with the signal's reason. */
export class BatchClient {
  constructor(
    private readonly connection: Connection,
    private readonly signal?: AbortSignal,
  ) {}

  get url(): string {
    return this.connection.url;
  }

  create({ body, bytes, headers }: Upload): Promise<Batch> {
    return this.json('', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'content-length': String(bytes), ...headers },
      headersTimeout: INTAKE_PATIENCE_MS,
    });
  }

  get(id: string): Promise<Batch> {
    return this.json(`/${encodeURIComponent(id)}`, { method: 'GET' });
  }

  progress(id: string): Promise<Progress> {
    return this.json(`/${encodeURIComponent(id)}/progress`, { method: 'GET' });
  }

  cancel(id: string): Promise<Batch> {
    return this.json(`/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
  }

  page(limit: number, afterId: string | undefined): Promise<BatchPage> {
    const after = afterId === undefined ? '' : `&after_id=${encodeURIComponent(afterId)}`;
    return this.json(`?limit=${limit}${after}`, { method: 'GET' });
  }

  /** Gives the lines as they come. Iterating rejects like everything else, also when the answer was cut off. */
  async *results(id: string): AsyncGenerator<Buffer> {
    const { body } = await this.send(`/${encodeURIComponent(id)}/results`, { method: 'GET' });
    try {
      for await (const piece of body) yield piece as Buffer;
    } catch (error) {
      throw this.lost(error);
    }
  }

  private async json<T>(path: string, call: Call): Promise<T> {
    const { body, statusCode } = await this.send(path, call);
    const text = await body.text().catch((error: unknown) => {
      throw this.lost(error);
    });
    try {
      return JSON.parse(text) as T;
    } catch {
      throw refusalOf({ status: statusCode, text, retryAfter: undefined }, this.connection, Date.now());
    }
  }

  private async send(path: string, call: Call): Promise<Dispatcher.ResponseData> {
    try {
      const answer = await request(this.url + BATCHES + path, {
        headersTimeout: PATIENCE_MS,
        bodyTimeout: PATIENCE_MS,
        ...call,
        headers: { 'x-api-key': this.connection.key, 'anthropic-version': '2023-06-01', ...call.headers },
        signal: this.signal,
      });
      if (answer.statusCode < 300) return answer;
      throw await this.refusal(answer);
    } catch (error) {
      throw this.lost(error);
    }
  }

  private async refusal({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Failure> {
    const retryAfter = headers['retry-after'];
    return refusalOf(
      {
        status: statusCode,
        text: await refusalText(body),
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      },
      this.connection,
      Date.now(),
    );
  }

  /** Of whatever was thrown, what a person is told; an abort stays what it is. */
  private lost(error: unknown): unknown {
    if (error instanceof Failure || this.signal?.aborted) return error;
    return networkFailure(error, this.connection);
  }
}
