import type { UpstreamRequest } from '#core';
import type { Readable } from 'node:stream';
import { Agent, buildConnector, type Dispatcher as Undici } from 'undici';

/** What undici calls as an answer comes in. */
export type AnswerHandler = Undici.DispatchHandler;

interface Place {
  origin: string;
  path: string;
}

/** What is read ahead of a caller that is slower than its upstream, in bytes and beside the system's own buffers. */
const READ_AHEAD = 16 * 1024;

/** Undici hands all of it on to `net.connect`, though its types do not know of the mark. */
const connecting = (timeout: number) => ({
  timeout,
  // One HTTP/2 connection would be one failure domain for every stream on it.
  allowH2: false,
  highWaterMark: READ_AHEAD,
});

/** Bodies from this size on are not kept while their answers stream. */
const LARGE_BODY = 32 * 1024;

/** Gives away what it is given, and keeps nothing: undici holds on to a request until its answer has ended. */
function* handOver(held: Buffer[]): Generator<Buffer> {
  for (let body = held.pop(); body; body = held.pop()) yield body;
}

/**
 * The only code that opens a connection to a provider.
 *
 * Undici's own timers are off: the exchange keeps the deadlines, because only it knows when silence is a caller's
 * slowness. Nothing here retries or follows a redirect.
 */
export class Dispatcher {
  /** One pool of connections for every connect timeout in use; an agent keeps one pool an origin inside. */
  private readonly agents = new Map<string, Agent>();
  private readonly places = new Map<string, Place>();
  private opening = false;

  /** True while a connection that has just been opened starts the request that it was opened for. */
  get isOpening(): boolean {
    return this.opening;
  }

  /**
   * Sends, and tells the handler what happens.
   * `fresh` asks for a connection that has not been used before and will not be kept.
   */
  send(request: UpstreamRequest, connectMs: number, handler: AnswerHandler, fresh = false): void {
    const { origin, path } = this.place(request.url);
    const isLarge = request.body.length > LARGE_BODY;
    this.agent(connectMs, fresh).dispatch(
      {
        origin,
        path,
        method: request.method,
        headers: isLarge ? { ...request.headers, 'content-length': String(request.body.length) } : request.headers,
        // Any iterable will do, though the types name streams only.
        body: isLarge ? (handOver([request.body]) as unknown as Readable) : request.body,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  }

  /** Ends idle connections and waits for the busy ones. */
  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.close()));
  }

  private place(url: string): Place {
    let place = this.places.get(url);
    if (!place) {
      const { origin, pathname, search } = new URL(url);
      place = { origin, path: pathname + search };
      this.places.set(url, place);
    }
    return place;
  }

  private connector(connectMs: number): buildConnector.connector {
    const connect = buildConnector(connecting(connectMs));
    return (options, done) =>
      connect(options, (...outcome) => {
        this.opening = true;
        done(...outcome);
        this.opening = false;
      });
  }

  private agent(connectMs: number, fresh: boolean): Agent {
    const key = `${connectMs}/${fresh}`;
    let agent = this.agents.get(key);
    if (!agent) {
      agent = new Agent({
        connect: this.connector(connectMs),
        // A provider that drops idle sockets sooner than we do turns the next call into a reset.
        keepAliveTimeout: 4_000,
        keepAliveMaxTimeout: 600_000,
        // A pipelining factor of 0 closes the connection after its one answer.
        pipelining: fresh ? 0 : 1,
        maxHeaderSize: 32 * 1024,
      });
      this.agents.set(key, agent);
    }
    return agent;
  }
}
