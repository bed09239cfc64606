import {
  type Deployment,
  type Failure,
  NO_USAGE,
  type OutboundRequest,
  type ProviderAdapter,
  type WholeAnswer,
} from '#core';
import type { Delivery } from './delivery.js';
import { MisplacedBody } from './misplaced-body.js';
import type { AnswerFacts } from './settled-usage.js';
import type { AnswerListener, ResponseHeaders } from './upstream-call.js';

/** A whole answer longer than this is refused; the API's own stay far below. */
const WHOLE_LIMIT = 64 * 1024 * 1024;

/** What comes before content, which is the beginning of a message and some pings, is far below this. */
const HELD_LIMIT = 1024 * 1024;

/** How an attempt ends, seen from the answer. */
export interface AnswerEnd {
  answered(whole?: WholeAnswer): void;
  failed(failure: Failure): void;
}

/** Lets a reader that has found a fault, or a caller that is too slow, act on the upstream's connection. */
export interface UpstreamControl {
  fail(failure: Failure): void;
  pause(): void;
}

const badAnswer = (message: string): Failure => ({ kind: 'bad-answer', error: { type: 'api_error', message } });

const contentType = (headers: ResponseHeaders): string => String(headers['content-type'] ?? '').toLowerCase();

/** Collects an answer that is of no use in parts: nothing reaches the caller before all of it has been looked at. */
export class WholeAnswerCollector implements AnswerListener {
  readonly satisfied = false;
  facts: AnswerFacts = { usage: NO_USAGE, stopReason: null, outputChars: 0 };
  control: UpstreamControl | undefined;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly attempt: { adapter: ProviderAdapter; request: OutboundRequest; deployment: Deployment },
    private readonly ending: AnswerEnd,
  ) {}

  head(headers: ResponseHeaders): Failure | undefined {
    return encoded(headers);
  }

  data(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > WHOLE_LIMIT) this.control?.fail(badAnswer('The upstream sent an answer without end.'));
  }

  end(): void {
    const { adapter, request, deployment } = this.attempt;
    const [only] = this.chunks;
    const body = this.chunks.length === 1 && only ? only : Buffer.concat(this.chunks);
    const answer = adapter.readWhole(body, request, deployment);
    if ('kind' in answer) {
      this.ending.failed(answer);
      return;
    }
    this.facts = { usage: answer.usage, stopReason: answer.stopReason, outputChars: 0 };
    this.ending.answered(answer);
  }

  failed(failure: Failure): void {
    this.ending.failed(failure);
  }
}

/** Passes a stream on as it comes, from the first content on; what comes before could still be another upstream's. */
export class StreamRelay implements AnswerListener {
  control: UpstreamControl | undefined;
  private readonly held: Buffer[] = [];
  private heldBytes = 0;
  private readonly reader;
  private misplaced: MisplacedBody | undefined;

  constructor(
    private readonly attempt: { adapter: ProviderAdapter; request: OutboundRequest; deployment: Deployment },
    private readonly delivery: Delivery,
    private readonly ending: AnswerEnd,
  ) {
    this.reader = attempt.adapter.readStream(attempt.request, attempt.deployment);
  }

  get satisfied(): boolean {
    return this.reader.finished;
  }

  get facts(): AnswerFacts {
    return this.reader;
  }

  head(headers: ResponseHeaders): Failure | undefined {
    const { adapter, request, deployment } = this.attempt;
    if (!contentType(headers).startsWith('text/event-stream'))
      this.misplaced = new MisplacedBody((body) => adapter.readWhole(body, request, deployment));
    return encoded(headers);
  }

  data(chunk: Buffer): void {
    if (this.misplaced) {
      this.giveUp(this.misplaced.add(chunk));
      return;
    }
    const bytes = this.reader.push(chunk);
    if (bytes) this.pass(bytes);
    this.giveUp(this.reader.failure);
  }

  end(): void {
    if (this.misplaced) {
      this.ending.failed(this.misplaced.end());
      return;
    }
    const bytes = this.reader.end();
    if (bytes) this.pass(bytes);
    if (this.reader.failure) this.ending.failed(this.reader.failure);
    else this.ending.answered();
  }

  failed(failure: Failure): void {
    this.ending.failed(failure);
  }

  private giveUp(failure: Failure | undefined): void {
    if (failure) this.control?.fail(failure);
  }

  private hold(bytes: Buffer): void {
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.heldBytes > HELD_LIMIT) this.giveUp(badAnswer('The upstream sent much, and no answer.'));
  }

  private pass(bytes: Buffer): void {
    if (!this.reader.hasContent && !this.reader.finished) {
      this.hold(bytes);
      return;
    }
    const flowing = this.delivery.write(this.held.length > 0 ? Buffer.concat([...this.held.splice(0), bytes]) : bytes);
    if (!flowing) this.control?.pause();
  }
}

/** We ask for plain bytes; an upstream that compresses all the same cannot be read. */
const encoded = (headers: ResponseHeaders): Failure | undefined => {
  const encoding = headers['content-encoding'];
  return encoding === undefined || encoding === 'identity'
    ? undefined
    : badAnswer(`The upstream compressed its answer (${String(encoding)}) although it was asked not to.`);
};
