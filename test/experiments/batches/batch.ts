import { setTimeout as pause } from 'node:timers/promises';
import { TEST_KEY, until } from '#testing';

/** The official object, as far as it is looked at here. */
export interface BatchView {
  id: string;
  processing_status: 'in_progress' | 'canceling' | 'ended';
  request_counts: Counts;
  results_url: string | null;
  expires_at: string;
  ended_at: string | null;
}

export interface Counts {
  processing: number;
  succeeded: number;
  errored: number;
  canceled: number;
  expired: number;
}

/** A line of the results file. */
export interface ResultLine {
  custom_id: string;
  result: { type: 'succeeded' | 'errored' | 'canceled' | 'expired'; message?: { content: { text?: string }[] } };
}

/** Of every call here. */
export const HEADERS = { 'x-api-key': TEST_KEY, 'anthropic-version': '2023-06-01' };
const POLL_MS = 100;

/** The upstream's model for a line: it answers with the line's id, and its ledger tells which line a call was for. */
const modelOf = (customId: string): string => `sim@text=${customId}`;

/** The line that a call was for, from the model it named. */
export const customIdOf = (model: string | null): string | undefined => model?.split('@text=')[1];

const requestOf = (customId: string): object => ({
  custom_id: customId,
  params: {
    model: modelOf(customId),
    max_tokens: 24,
    messages: [{ role: 'user', content: `Which way, asks ${customId}?` }],
  },
});

/** Ids that no other batch has. */
export const customIds = (count: number): string[] => {
  const of = crypto.randomUUID().slice(0, 8);
  return Array.from({ length: count }, (_, index) => `${of}-${index}`);
};

/** What a gateway said to a batch that it was offered. */
export interface Offered {
  status: number;
  headers: Headers;
  text: string;
}

/** Offers a batch with these ids to whoever takes them at this address. */
export const offerBatch = async (
  url: string,
  ids: readonly string[],
  headers: Record<string, string> = {},
): Promise<Offered> => {
  const body = JSON.stringify({ requests: ids.map(requestOf) });
  const all = { ...HEADERS, 'content-type': 'application/json', ...headers };
  const answer = await fetch(url, { method: 'POST', headers: all, body });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

/** A batch over HTTP, as its submitter has it. Whom to ask is looked up each time, because replicas come and go. */
export class Batch {
  constructor(
    private readonly urls: () => readonly string[],
    readonly id: string,
    readonly customIds: readonly string[],
  ) {}

  /** Throws what the gateway said if it did not accept it. */
  static async submit(
    urls: () => readonly string[],
    ids: readonly string[],
    headers: Record<string, string> = {},
  ): Promise<Batch> {
    const { status, text } = await offerBatch(`${urls()[0]}/v1/messages/batches`, ids, headers);
    if (status !== 200) throw new Error(`the batch was not accepted: ${status} ${text}`);
    return new Batch(urls, (JSON.parse(text) as BatchView).id, ids);
  }

  /** Undefined while no replica can tell. */
  read(): Promise<BatchView | undefined> {
    return this.json('');
  }

  /** The live counts; undefined while no replica can tell. */
  async progress(): Promise<Counts | undefined> {
    return (await this.json<{ request_counts: Counts }>('/progress'))?.request_counts;
  }

  async cancel(): Promise<void> {
    const answer = await this.ask('/cancel', 'POST');
    if (!answer?.ok) throw new Error(`the batch was not canceled: ${answer?.status} ${await answer?.text()}`);
  }

  /** Resolves with the object when it has ended. */
  async ended(withinMs: number): Promise<BatchView> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const view = await this.read();
      if (view?.processing_status === 'ended') return view;
      if (performance.now() > deadline)
        throw new Error(
          `after ${withinMs} ms it is ${JSON.stringify(view)}; progress: ${JSON.stringify(await this.progress())}`,
        );
      await pause(POLL_MS);
    }
  }

  /** Resolves when so many lines have results. */
  async reached(done: number, withinMs = 60_000): Promise<void> {
    const doneOf = (counts: Counts | undefined): number => (counts ? this.customIds.length - counts.processing : 0);
    await until(
      () => this.progress(),
      (counts) => doneOf(counts) >= done,
      withinMs,
    );
  }

  /** The file as it is given, line by line. */
  async results(): Promise<string[]> {
    const answer = await this.ask('/results');
    if (!answer?.ok) throw new Error(`there are no results: ${answer?.status} ${await answer?.text()}`);
    const text = await answer.text();
    return text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined);
  }

  private async json<T>(path: string): Promise<T | undefined> {
    const answer = await this.ask(path);
    const text = await answer?.text().catch(() => undefined);
    return answer?.ok && text !== undefined ? (JSON.parse(text) as T) : undefined;
  }

  /** Of the first replica that can be reached. */
  private async ask(path: string, method = 'GET'): Promise<Response | undefined> {
    for (const url of this.urls()) {
      const answer = await fetch(`${url}/v1/messages/batches/${this.id}${path}`, { method, headers: HEADERS }).catch(
        () => undefined,
      );
      if (answer) return answer;
    }
    return undefined;
  }
}
