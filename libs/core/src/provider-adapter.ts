import type { ErrorObject } from './api-error.js';
import type { Deployment, ProviderKind } from './deployment.js';
import type { ApiVersion, Endpoint, MessagesRequest, StopReason } from './messages.js';
import type { LimitDimension, ReportedLimit } from './limits.js';
import type { TopLevelScan } from './json-scan.js';
import type { Usage } from './usage.js';

/** A Messages request on its way to whichever upstream is chosen. Read-only: attempts share it. */
export interface OutboundRequest {
  readonly endpoint: Endpoint;
  readonly version: ApiVersion;
  /** The caller's model name, decoded. */
  readonly model: string;
  readonly stream: boolean;
  /** The most tokens that the answer may have; 0 where nothing is generated. */
  readonly maxTokens: number;
  /** Roughly what the prompt is in tokens. Made at the first call and kept. */
  estimatedInput(): number;
  /** The body's bytes, as sent by the caller but for the leniencies that `dialects` edits in place. */
  readonly body: Buffer;
  /** Top-level members of `body`. */
  readonly scan: TopLevelScan;
  /** The caller's headers that may travel upstream, lower case. Never a credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body. Parsed at the first call and kept, because the pass-through lane never needs it. */
  tree(): MessagesRequest;
  /** Lets go of the body, once no attempt can need it any more: an answer may stream for an hour. */
  release(): void;
}

/** What one attempt sends. */
export interface UpstreamRequest {
  method: 'POST' | 'GET';
  /** Absolute. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Names of request members that this upstream cannot be told; they go into `x-switchyard-ignored`. */
  ignored: readonly string[];
}

/** Why an attempt failed, in the words of the outcome table (`libs/routing/src/outcome.ts`). */
export type FailureKind =
  | 'connect' // name, TCP or TLS
  | 'reset' // the connection broke before the first byte of the answer
  | 'first-byte-timeout'
  | 'idle-timeout'
  | 'total-timeout'
  | 'status' // an answer other than 2xx
  | 'error-event' // an error inside a 200 answer
  | 'cut' // the answer ended before it was whole
  | 'shutting-down' // this process has no more time for the call
  | 'bad-answer'; // 2xx with something that is no answer: HTML, another content type, broken JSON, an endless line

export interface Failure {
  kind: FailureKind;
  /** The upstream's HTTP status, or the one that an error event stands for. Absent when there was no answer. */
  status?: number;
  /** What happened, in the Messages vocabulary. Its `message` is the upstream's own where it sent one. */
  error: ErrorObject;
  /** `retry-after` of the upstream, in milliseconds. */
  retryAfterMs?: number;
  /** Which limit a 429 is about, where the upstream says so. */
  dimension?: LimitDimension;
  /** What a 404 is about, where the upstream says so: the model, or something else that the request names, such as a file. */
  missing?: 'model' | 'other';
  /** For the log only, never for the caller. */
  cause?: unknown;
}

/** A whole (non-streamed) answer in the Messages wire. */
export interface WholeAnswer {
  body: Buffer;
  usage: Usage;
  stopReason: StopReason | null;
  /** The upstream's own `request-id`-like name is logged beside ours, never shown. */
  model: string | null;
  /** Response headers that the answer needs, such as `x-switchyard-estimate`. */
  headers?: Record<string, string>;
}

/**
 * Reads one streamed answer: upstream bytes in, Messages SSE bytes out. One instance an attempt; all state is in it.
 * What comes out ends at an event boundary, however the input was cut, so that an `error` event can always follow.
 */
export interface StreamReader {
  /** Bytes for the caller, or undefined while there is no whole event. Never throws: look at `failure`. */
  push(chunk: Buffer): Buffer | undefined;
  /** The upstream ended the body. May give last bytes; sets `failure` when the answer was not whole. */
  end(): Buffer | undefined;
  /** True once something of the answer proper (a content block, a stop reason) is in what was given out. */
  readonly hasContent: boolean;
  /** True once `message_stop` has been given out: nothing more is needed. */
  readonly finished: boolean;
  /** Set once; the bytes given out before it are good, nothing after it is. The error itself is not among them. */
  readonly failure: Failure | undefined;
  readonly usage: Usage;
  readonly stopReason: StopReason | null;
  readonly model: string | null;
  /** Characters of text, thinking and tool input so far: the estimate of output when a stream breaks. */
  readonly outputChars: number;
}

/** Everything that is particular to one upstream wire. Stateless; does no I/O. */
export interface ProviderAdapter {
  readonly kind: ProviderKind;
  /** Throws `ApiError` (400, naming the field) when the request cannot be said in this wire. */
  encode(request: OutboundRequest, deployment: Deployment): UpstreamRequest;
  /** A 2xx body that is complete. Returns a failure when it is no answer. */
  readWhole(body: Buffer, request: OutboundRequest, deployment: Deployment): WholeAnswer | Failure;
  readStream(request: OutboundRequest, deployment: Deployment): StreamReader;
  /** A body with an error status. Total: must accept HTML, nothing, and garbage. */
  explain(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, body: Buffer): Failure;
  /** What the upstream says of its limits, on whatever it answers. Empty where it says nothing, which costs next to nothing. */
  readLimits(headers: Readonly<Record<string, string | string[] | undefined>>): readonly ReportedLimit[];
  /**
   * Answers without an upstream, for what this wire has no call for (counting tokens).
   * Undefined means: send it.
   */
  answerLocally?(request: OutboundRequest, deployment: Deployment): WholeAnswer | undefined;
}
