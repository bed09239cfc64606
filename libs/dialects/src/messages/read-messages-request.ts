import { applyEdits, type Endpoint, type MessagesRequest, type OutboundRequest, type TopLevelScan } from '#core';
import { readVersion } from './api-version.js';
import { checkFields } from './check-fields.js';
import { estimateInput } from './estimate-input.js';
import { Fields } from './fields.js';
import { leniencies } from './leniencies.js';
import { scanBody } from './scan-body.js';
import { type IncomingHeaders, upstreamHeaders } from './upstream-headers.js';

/** A request as it came in. */
export interface IncomingRequest {
  endpoint: Endpoint;
  body: Buffer | undefined;
  /** Lower-case names. */
  headers: IncomingHeaders;
}

const NO_BODY = Buffer.alloc(0);
const RELEASED = new Fields(NO_BODY, { members: [], last: () => undefined });

const lenient = (sent: Fields): Fields => {
  const edits = leniencies(sent);
  if (edits.length === 0) return sent;
  const body = applyEdits(sent.body, edits);
  return new Fields(body, scanBody(body));
};

const parse = (body: Buffer): MessagesRequest => {
  const request: MessagesRequest = JSON.parse(body.toString());
  return request;
};

/**
 * Reads a call of the Messages API. The body stays bytes, the very ones that came in unless a leniency applies, and is
 * only parsed if an upstream's wire needs it. Throws the `ApiError` that the caller is to see.
 */
export const readMessagesRequest = ({ endpoint, body, headers }: IncomingRequest): OutboundRequest => {
  const version = readVersion(headers['anthropic-version']);
  const bytes = body ?? NO_BODY;
  const sent = new Fields(bytes, scanBody(bytes));
  const essentials = checkFields(sent, endpoint, version);
  const facts = { endpoint, version, ...essentials, headers: upstreamHeaders(headers, version) };
  return new ReadRequest(facts, lenient(sent));
};

type Facts = Pick<OutboundRequest, 'endpoint' | 'version' | 'model' | 'stream' | 'maxTokens' | 'headers'>;

class ReadRequest implements OutboundRequest {
  readonly endpoint;
  readonly version;
  readonly model;
  readonly stream;
  readonly maxTokens;
  readonly headers;
  private parsed: MessagesRequest | undefined;
  private estimate: number | undefined;

  constructor(
    facts: Facts,
    private fields: Fields,
  ) {
    this.endpoint = facts.endpoint;
    this.version = facts.version;
    this.model = facts.model;
    this.stream = facts.stream;
    this.maxTokens = facts.maxTokens;
    this.headers = facts.headers;
  }

  get body(): Buffer {
    return this.fields.body;
  }

  get scan(): TopLevelScan {
    return this.fields.scan;
  }

  estimatedInput(): number {
    this.estimate ??= estimateInput(this.fields.body);
    return this.estimate;
  }

  tree(): MessagesRequest {
    this.parsed ??= parse(this.fields.body);
    return this.parsed;
  }

  release(): void {
    this.fields = RELEASED;
    this.parsed = undefined;
  }
}
