import { Pool } from 'undici';
import { TEST_KEY } from '#testing';
import { type AnswerWatch, LoadAnswer } from './load-answer.js';

/** What is asked. */
export interface Question {
  model: string;
  stream?: boolean;
  /** Of the only turn. Without it no two calls say the same, so that nothing keeps them together. */
  text?: string;
  maxTokens?: number;
  headers?: Readonly<Record<string, string>>;
  /** Members in place of those above, or besides them. */
  body?: Readonly<Record<string, unknown>>;
}

/** Far beyond any deadline of an experiment: only what hangs for good meets it. */
const PATIENCE_MS = 60_000;

/** Sent with every call and passed on to upstreams, whose ledgers then tell which replica called. */
export const REPLICA_HEADER = 'x-load-replica';

/** A client of one replica, on connections of its own that are kept. */
export class Caller {
  private readonly pool: Pool;

  constructor(
    url: string,
    readonly replica: number,
  ) {
    this.pool = new Pool(url, {
      connections: null,
      pipelining: 1,
      allowH2: false,
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
    });
  }

  ask(question: Question, watch: AnswerWatch): void {
    const {
      model,
      stream = false,
      text = `Which way, asks ${crypto.randomUUID()}?`,
      maxTokens = 24,
      headers,
      body,
    } = question;
    const messages = [{ role: 'user', content: text }];
    this.pool.dispatch(
      {
        path: '/v1/messages',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-api-key': TEST_KEY,
          'anthropic-version': '2023-06-01',
          [REPLICA_HEADER]: String(this.replica),
          ...headers,
        },
        body: JSON.stringify({ model, max_tokens: maxTokens, ...(stream && { stream }), messages, ...body }),
      },
      new LoadAnswer(watch),
    );
  }

  /** Drops every connection. */
  close(): Promise<void> {
    return this.pool.destroy();
  }
}
