/**
 * A *work* is what was accepted to be answered later: a batch of many lines, or a job, which is one line.
 * Both are kept, run and ended by the same code; only their faces differ.
 */
export type WorkKind = 'batch' | 'job';

/** Jobs come before batches whatever this says; it orders jobs among themselves, and batches among themselves. */
export type Priority = 'interactive' | 'normal' | 'background';

/** How a line ended. `results.ts` has the wire form. */
export type LineStatus = 'succeeded' | 'errored' | 'canceled' | 'expired';

/** A piece of a work that one worker runs at a time; `in/<index>.jsonl` in storage. */
export interface Chunk {
  index: number;
  /** The place of its first line among all lines of the work, from 0. */
  firstLine: number;
  lines: number;
  bytes: number;
  /** Of its bytes, hexadecimal. */
  sha256: string;
}

/**
 * What was accepted, written once to storage, before anybody is told that it was. From the manifests alone everything in
 * Redis can be made again.
 */
export interface Manifest {
  version: 1;
  /** `msgbatch_…` or `msgjob_…`. */
  id: string;
  kind: WorkKind;
  workspace: string;
  /** The name of the caller's key. Never its secret. */
  key: string;
  /** Patterns of the models that the key could use; undefined: all. They hold when there is no such key any more. */
  models: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** What has no result by then is `expired`. */
  expiresAt: number;
  lines: number;
  bytes: number;
  chunks: readonly Chunk[];
  priority: Priority;
  webhookUrl: string | undefined;
  /** The submitter's headers that travel upstream with each line, lower case: `anthropic-version`, `anthropic-beta`. */
  headers: Readonly<Record<string, string>>;
  /** Of the submission; the trace that its lines are part of. https://www.w3.org/TR/trace-context/ */
  traceparent: string | undefined;
  /** Digest of the submission's idempotency key, so that the key holds even when Redis has lost it. */
  idempotency: string | undefined;
}

/** What is known of a work now. The counts are live; the official object hides them until the end. */
export interface Work {
  id: string;
  kind: WorkKind;
  workspace: string;
  priority: Priority;
  status: 'in_progress' | 'canceling' | 'ended';
  lines: number;
  counts: Readonly<Record<LineStatus, number>>;
  /** Milliseconds since the epoch, here and below; undefined while it has not happened. */
  createdAt: number;
  expiresAt: number;
  startedAt: number | undefined;
  cancelInitiatedAt: number | undefined;
  endedAt: number | undefined;
  archivedAt: number | undefined;
  /** How often a line was sent upstream more than once because its worker was lost. */
  duplicateCalls: number;
  /** Tokens used so far, by kind, and their price in millionths of a US$ where the model's prices are known. */
  usage: Readonly<Record<string, number>>;
}

/** A result in its wire form: what stands under `result` in a line of the results file, and in a job. */
export type LineResult =
  | { type: 'succeeded'; message: unknown }
  | { type: 'errored'; error: { type: 'error'; error: { type: string; message: string }; request_id: string | null } }
  | { type: 'canceled' }
  | { type: 'expired' };

/** An event of a job as a watcher gets it. */
export interface JobEvent {
  id: string;
  event: string;
  data: string;
}

/** What a face asks to be done later. */
export interface Submission {
  kind: WorkKind;
  workspace: string;
  key: string;
  models: readonly string[] | undefined;
  priority: Priority;
  expiresInMs: number;
  webhookUrl: string | undefined;
  headers: Readonly<Record<string, string>>;
  traceparent: string | undefined;
  /** The same key of the same workspace within 24 h gives the first answer again. */
  idempotencyKey: string | undefined;
}

/** One page of a list, newest first, as the Anthropic API pages. */
export interface WorkPage {
  works: readonly Work[];
  more: boolean;
}

/** Where in a list to begin; at most one of the two ids. */
export interface PageRequest {
  limit: number;
  /** The page of what is older than this one. */
  afterId: string | undefined;
  /** The page of what is newer than this one. */
  beforeId: string | undefined;
}

/**
 * Jobs and batches as their faces see them. Everything is of one workspace: another's ids are unknown (undefined).
 * Rejects with `ApiError`: 503 `overloaded_error` with `retry-after` where storage or Redis cannot do it now; nothing is half done then.
 * A submission may be accepted all the same when Redis goes away in that moment; the same idempotency key leads to it.
 */
export interface Works {
  /** Takes in a batch's body (see `intake/`). Resolves when it is durable. */
  submitBatch(submission: Submission, body: AsyncIterable<Buffer>): Promise<Work>;
  /** `params` are the bytes of one Messages request. */
  submitJob(submission: Submission, params: Buffer): Promise<Work>;
  find(workspace: string, kind: WorkKind, id: string): Promise<Work | undefined>;
  page(workspace: string, kind: WorkKind, request: PageRequest): Promise<WorkPage>;
  /** Idempotent. A work that has ended is given back as it is. */
  cancel(workspace: string, kind: WorkKind, id: string): Promise<Work | undefined>;
  /** Of an ended work; rejects with 400 `invalid_request_error` otherwise. False: unknown. */
  delete(workspace: string, kind: WorkKind, id: string): Promise<boolean>;
  /** The results file, line by line in the order of the input, exactly one for each; for an ended work that is not archived. */
  results(work: Work): AsyncIterable<Buffer>;
  /** Of a job that has ended. */
  result(work: Work): Promise<LineResult | undefined>;
  /** Resolves when the work has ended, or with what it is at the time limit or abort. */
  waitForEnd(work: Work, withinMs: number, signal: AbortSignal): Promise<Work>;
  /** A job's Messages events from after `lastEventId` on (all of them without), as they come, until it ends. */
  events(work: Work, lastEventId: string | undefined, signal: AbortSignal): AsyncIterable<JobEvent>;
}

/** Where the Messages events of a streamed answer go, for those who watch a job. */
export interface AnswerEvents {
  add(event: string, data: string): void;
  /** A try begins: what was added before is no part of the answer. */
  anew(): void;
}

/** Runs one line: the plan → attempt → relay → settle of the synchronous path. Made by the worker. */
export interface LineRunner {
  /**
   * Never rejects but with the signal's reason when `signal` aborts (canceled, lease lost, shutting down), in which case nothing is recorded.
   */
  run(line: Line, signal: AbortSignal, events?: AnswerEvents): Promise<RanLine>;
}

/** A line of `in/<chunk>.jsonl`. */
export interface Line {
  work: Manifest;
  /** Place among all lines of the work. */
  index: number;
  customId: string;
  /** The bytes of its Messages request, as submitted. */
  params: Buffer;
}

/** What came of it. */
export interface RanLine {
  result: LineResult;
  /** Tokens by kind, for the work's totals. */
  usage: Readonly<Record<string, number>>;
}
