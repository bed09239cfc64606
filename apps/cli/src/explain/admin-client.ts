import type { Config } from '#platform';
import { Failure } from '../failure.js';

const SECONDS = 10;

/** Where a gateway with this configuration is found from this machine. */
export const gatewayOf = ({ listen }: Config): string => {
  const host = ['0.0.0.0', '::'].includes(listen.host) ? '127.0.0.1' : listen.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
};

/** A running gateway's administration. */
export class AdminClient {
  constructor(
    private readonly base: string,
    private readonly key: string | undefined,
  ) {}

  /** Posts JSON and gives the answer's. Throws `Failure` with the cure. */
  async post(path: string, body: object): Promise<unknown> {
    if (this.key === undefined)
      throw new Failure(
        'The configuration has no admin_key, so the gateway answers no such question. Set one and restart.',
      );
    const response = await this.send(path, body, this.key);
    const answer = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
    if (response.ok) return answer;
    throw new Failure(
      `${this.base} answered ${response.status}: ${answer?.error?.message ?? 'nothing that can be read.'}`,
    );
  }

  private async send(path: string, body: object, key: string): Promise<Response> {
    try {
      return await fetch(this.base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(SECONDS * 1000),
      });
    } catch (cause) {
      throw new Failure(
        `No gateway answers at ${this.base}. Start one (npm start, or switchyard gateway), or name it with --gateway.`,
        { cause },
      );
    }
  }
}
