import type { Simulator } from '../simulator.js';

type Fields = Record<string, unknown>;

const HELLO = [{ role: 'user', content: 'Hello 🚂 world' }];

const post = (url: string, headers: Record<string, string>, body: Fields, signal?: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  });

/** How a spec speaks to a simulator when it wants to see bytes and statuses that an SDK would hide. */
export class SimulatorClient {
  constructor(
    readonly simulator: Simulator,
    readonly key = 'key',
  ) {}

  /** A Messages call; `fields` replace those of a short question. */
  messages(fields: Fields = {}, options: { headers?: Record<string, string>; signal?: AbortSignal } = {}) {
    const headers = { 'x-api-key': this.key, 'anthropic-version': '2023-06-01', ...options.headers };
    const body = { model: 'sim', max_tokens: 4096, messages: HELLO, ...fields };
    return post(`${this.simulator.url}/v1/messages`, headers, body, options.signal);
  }

  /** The same, streamed, with directives in the model's name. */
  stream(directives: string, signal?: AbortSignal): Promise<Response> {
    return this.messages({ model: `sim@${directives}`, stream: true }, { signal });
  }

  completions(fields: Fields = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}` };
    return post(`${this.simulator.url}/v1/chat/completions`, headers, { model: 'sim', messages: HELLO, ...fields });
  }
}

/** The code of the network error with which a call or the reading of its body failed. */
export const networkError = async (failing: Promise<unknown>): Promise<string> => {
  try {
    await failing;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    return cause?.code ?? cause?.message ?? String(error);
  }
  throw new Error('the call succeeded');
};
