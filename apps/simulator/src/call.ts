import type { IncomingMessage, ServerResponse } from 'node:http';
import { idLetters } from './answer/id-letters.js';
import { seededRandom } from './answer/random.js';
import type { Directives } from './directives/directives.js';
import { Reply } from './http/reply.js';
import type { LedgerEntry } from './ledger/ledger-entry.js';
import type { Simulation } from './simulation.js';
import type { Quota, Wire } from './wire.js';

/** What a path leads to, when it leads to an API. */
export interface ApiRoute {
  wire: Wire;
  operation: 'messages' | 'count_tokens' | 'models';
  /** The model that the path names, if it does. */
  named: string | null;
}

/** One call from its arrival to its end. */
export class Call {
  readonly reply: Reply;
  readonly entry: LedgerEntry;
  /** What holds for it, once that is known. */
  directives: Directives = {};
  /** What the ledger will say of it if nobody hangs up. */
  outcome: 'answered' | 'refused' | 'faulted' = 'answered';
  quota: Quota;

  constructor(
    readonly simulation: Simulation,
    readonly route: ApiRoute,
    readonly request: IncomingMessage,
    response: ServerResponse,
  ) {
    const now = simulation.settings.now();
    this.quota = { now };
    const letters = idLetters(seededRandom(simulation.settings.seed * 65_537 + ++simulation.calls));
    this.entry = simulation.ledger.open(this.#arrival(now, `req_${letters}`));
    this.reply = new Reply(response, this.entry);
    response.once('close', () => this.close(response.writableFinished ? this.outcome : 'aborted'));
  }

  #arrival(now: number, requestId: string): Omit<LedgerEntry, 'seq' | 'outcome'> {
    const { method = '', url = '', headers } = this.request;
    return {
      wire: this.route.wire.name,
      method,
      path: url,
      credential: this.route.wire.credential(headers),
      headers,
      model: null,
      stream: false,
      directives: '',
      body_sha256: null,
      body_length: 0,
      received_at: now,
      finished_at: null,
      aborted_at: null,
      status: null,
      bytes_sent: 0,
      request_id: requestId,
    };
  }

  /** Closes the ledger's entry, if it is still open. */
  close(outcome: 'answered' | 'refused' | 'faulted' | 'aborted'): void {
    this.simulation.ledger.close(this.entry, outcome, this.simulation.settings.now());
  }

  /**
   * Sends the headers: the API's own, then what the directives put in their place. `flush` sends them ahead of the
   * body.
   */
  head(status: number, own: Readonly<Record<string, string>>, flush = false): void {
    const { simulation, entry, directives, reply } = this;
    const headers = { ...this.route.wire.headers(entry.request_id, this.quota), ...own };
    if (directives['retry-after'] !== undefined) headers['retry-after'] = directives['retry-after'];
    if (directives['content-type'] !== undefined) headers['content-type'] = directives['content-type'];
    for (const [name, value] of directives.header ?? []) {
      if (value === '') delete headers[name];
      else headers[name] = value;
    }
    entry.status = status;
    if (flush) reply.flushHead(status, headers);
    else reply.head(status, headers);
    simulation.ledger.changed(entry);
  }
}
