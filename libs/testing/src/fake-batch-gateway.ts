import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const BATCHES = '/v1/messages/batches';

/** What it was asked. */
export interface AskedOfBatches {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  bodyBytes: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface FakeBatch {
  id: string;
  total: number;
  counts: { processing: number; succeeded: number; errored: number; canceled: number; expired: number };
  status: 'in_progress' | 'canceling' | 'ended';
  results: string;
}

/** A gateway that has the batches it is told to have, and fails when it is told to. Runs nothing. */
export class FakeBatchGateway {
  readonly asked: AskedOfBatches[] = [];
  readonly batches: FakeBatch[] = [];
  /** Bodies of batches, parsed, in the order of their acceptance; not kept when `keepsBodies` is off. */
  readonly bodies: { requests: { custom_id: string; params: unknown }[] }[] = [];
  keepsBodies = true;
  /** Answers of the next requests, in place of the right ones. */
  readonly instead: Answer[] = [];
  /** Called before a batch's progress is told, so that it may go on. */
  onProgress: (batch: FakeBatch) => void = () => undefined;
  private readonly accepted = new Map<string, FakeBatch>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(port = 0): Promise<FakeBatchGateway> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FakeBatchGateway(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** A batch as if it had been accepted: of so many requests, all under way. */
  add(total: number): FakeBatch {
    const counts = { processing: total, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    const id = `msgbatch_${String(this.batches.length + 1).padStart(3, '0')}`;
    const batch: FakeBatch = { id, total, counts, status: 'in_progress', results: '' };
    this.batches.unshift(batch);
    return batch;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const asked: AskedOfBatches = { method, url, headers, bodyBytes: 0 };
    this.asked.push(asked);
    const instead = this.instead.shift();
    if (instead) return instead(request, response);
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request as AsyncIterable<Buffer>) {
        asked.bodyBytes += piece.length;
        if (this.keepsBodies) pieces.push(piece);
      }
    } catch {
      return;
    }
    if (headers['x-api-key'] !== 'the-key-of-the-test')
      return refuse(response, 401, 'authentication_error', 'invalid x-api-key');
    this.route(asked, Buffer.concat(pieces), response);
  }

  private route({ method, url, headers }: AskedOfBatches, body: Buffer, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, this.url);
    const [id = '', part = ''] = pathname.slice(BATCHES.length + 1).split('/');
    if (id === '') return method === 'POST' ? this.create(headers, body, response) : this.list(searchParams, response);
    const batch = this.batches.find((each) => each.id === id);
    if (!batch) return refuse(response, 404, 'not_found_error', `There is no batch ${id}.`);
    if (part === 'cancel') batch.status = 'canceling';
    if (part === 'results') return void response.end(batch.results);
    if (part !== 'progress') return send(response, official(batch));
    this.onProgress(batch);
    send(response, progressOf(batch));
  }

  private create(headers: IncomingMessage['headers'], body: Buffer, response: ServerResponse): void {
    const key = String(headers['idempotency-key']);
    const known = this.accepted.get(key);
    if (known) return send(response, official(known));
    const parsed = this.keepsBodies ? (JSON.parse(body.toString()) as (typeof this.bodies)[number]) : { requests: [] };
    this.bodies.push(parsed);
    const batch = this.add(parsed.requests.length);
    this.accepted.set(key, batch);
    send(response, official(batch));
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const from = this.batches.findIndex(({ id }) => id === query.get('after_id')) + 1;
    const to = from + Number(query.get('limit') ?? 20);
    const data = this.batches.slice(from, to).map(official);
    send(response, {
      data,
      has_more: to < this.batches.length,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
    });
  }
}

const send = (response: ServerResponse, body: object): void => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
};

const refuse = (response: ServerResponse, status: number, type: string, message: string): void => {
  response.statusCode = status;
  send(response, { type: 'error', error: { type, message }, request_id: null });
};

const official = ({ id, total, status, counts }: FakeBatch) => ({
  id,
  type: 'message_batch',
  processing_status: status,
  request_counts:
    status === 'ended' ? counts : { processing: total, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-02T00:00:00.000Z',
  ended_at: status === 'ended' ? '2026-01-01T00:04:12.000Z' : null,
  cancel_initiated_at: null,
  archived_at: null,
  results_url: null,
});

const progressOf = ({ id, total, status, counts }: FakeBatch) => ({
  id,
  type: 'message_batch_progress',
  processing_status: status,
  request_counts: counts,
  done: total - counts.processing,
  total,
  started_at: '2026-01-01T00:00:01.000Z',
  rate_per_second: 10,
  seconds_left: counts.processing / 10,
  duplicate_calls: 0,
  usage: { input: 8_100_000, output: 2_340_000, micro_usd: 4_210_000 },
});
