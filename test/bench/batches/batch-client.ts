import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type BatchBody, bytesOf, writeBody } from './batch-body.js';

/** What the gateway says of a batch. Times are milliseconds since the epoch. */
export interface Progress {
  done: number;
  total: number;
  ended: boolean;
  succeeded: number;
  duplicateCalls: number;
}

/** How often whoever waits for a batch asks. */
const POLL_MS = 100;

const readJson = async (answer: IncomingMessage): Promise<Record<string, unknown>> => {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
};

/** Submits batches with one key, and watches them. */
export class BatchClient {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** Resolves to its id when the gateway has accepted it. */
  async submit(body: BatchBody): Promise<string> {
    const asked = request(this.batchUrl(''), {
      method: 'POST',
      headers: {
        'x-api-key': this.key,
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
        'content-length': bytesOf(body),
      },
    });
    const answered = once(asked, 'response');
    await Promise.all([answered, writeBody(body, asked)]);
    const [answer] = (await answered) as [IncomingMessage];
    return String((await readJson(answer)).id);
  }

  /** Resolves when batches are taken, shown by one that has no lines and is refused for that. */
  async untilTaken(): Promise<void> {
    const headers = { 'x-api-key': this.key, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' };
    const offer = { method: 'POST', headers, body: '{"requests":[]}' };
    while ((await fetch(this.batchUrl(''), offer)).status !== 400) await pause(POLL_MS);
  }

  async progress(id: string): Promise<Progress> {
    const found = await this.ask(`/${id}/progress`);
    const counts = found.request_counts as { succeeded: number };
    return {
      done: Number(found.done),
      total: Number(found.total),
      ended: found.processing_status === 'ended',
      succeeded: counts.succeeded,
      duplicateCalls: Number(found.duplicate_calls),
    };
  }

  /** Resolves when so many lines have a result. */
  async untilDone(id: string, lines: number): Promise<Progress> {
    for (;;) {
      const progress = await this.progress(id);
      if (progress.done >= lines || progress.ended) return progress;
      await pause(POLL_MS);
    }
  }

  /** Milliseconds between its being created and its end, when it has ended with all its lines answered. */
  async untilAnswered(id: string): Promise<number> {
    const { succeeded, total } = await this.untilDone(id, Number.POSITIVE_INFINITY);
    if (succeeded !== total) throw new Error(`${total - succeeded} lines of ${total} were not answered`);
    const { created_at, ended_at } = await this.ask(`/${id}`);
    return Date.parse(String(ended_at)) - Date.parse(String(created_at));
  }

  /** Resolves when it has ended and is forgotten. */
  async drop(id: string): Promise<void> {
    if (!(await this.progress(id)).ended) await this.ask(`/${id}/cancel`, 'POST').catch(() => undefined);
    await this.untilDone(id, Number.POSITIVE_INFINITY);
    await this.ask(`/${id}`, 'DELETE');
  }

  private batchUrl(path: string): string {
    return `${this.url}/v1/messages/batches${path}`;
  }

  private async ask(path: string, method = 'GET'): Promise<Record<string, unknown>> {
    const headers = { 'x-api-key': this.key, 'anthropic-version': '2023-06-01' };
    const answer = await fetch(this.batchUrl(path), { method, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`status ${answer.status}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}
