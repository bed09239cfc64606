import { findMember, InvalidJson, scanTopLevel } from '#core';
import { Failure } from '../failure.js';
import { LineSplitter } from './line-splitter.js';
import type { RequestCounts } from './wire.js';

/** The first error of a kind, and how many there are of it. */
export interface ErrorSample {
  type: string;
  count: number;
  customId: string;
  message: string;
}

type ResultCounts = Omit<RequestCounts, 'processing'>;

const ANY_DEPTH = { maxDepth: Infinity, maxMembers: Infinity };

const textOf = (object: Buffer, name: string): string | undefined => {
  const member = findMember(object, name);
  const value: unknown = member && JSON.parse(object.toString('utf8', member.valueStart, member.valueEnd));
  return typeof value === 'string' ? value : undefined;
};

const partOf = (object: Buffer, name: string): Buffer => {
  const member = findMember(object, name);
  return member ? object.subarray(member.valueStart, member.valueEnd) : Buffer.alloc(0);
};

/** Reads results on their way to a file: how many there are of each kind, and what went wrong. */
export class ResultsTally {
  readonly counts: ResultCounts = { succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  lines = 0;
  bytes = 0;
  private readonly samples = new Map<string, ErrorSample>();
  private readonly splitter = new LineSplitter();

  /** Throws `Failure` at a line that is no result. */
  push(piece: Buffer): void {
    this.bytes += piece.length;
    for (const line of this.splitter.push(piece)) this.take(line);
  }

  /** The last line may be without a line feed. */
  end(): void {
    const last = this.splitter.end();
    if (last) this.take(last);
  }

  /** By how many there are, most first. */
  get errors(): ErrorSample[] {
    return [...this.samples.values()].sort((one, other) => other.count - one.count);
  }

  /** What is wrong with the results as a whole; undefined when there is one for each request. */
  missing(expected: RequestCounts): string | undefined {
    const wrong = Object.entries(this.counts).filter(([kind, count]) => expected[kind as keyof ResultCounts] !== count);
    if (wrong.length === 0) return undefined;
    return wrong
      .map(([kind, count]) => `${count} ${kind} instead of ${expected[kind as keyof ResultCounts]}`)
      .join(', ');
  }

  private take(line: Buffer): void {
    this.lines++;
    try {
      scanTopLevel(line, ANY_DEPTH);
    } catch (error) {
      if (!(error instanceof InvalidJson)) throw error;
      throw new Failure(`Line ${this.lines} of the results is not valid JSON: ${error.message}.`, { cause: error });
    }
    const result = partOf(line, 'result');
    const type = textOf(result, 'type') ?? '';
    if (!Object.hasOwn(this.counts, type))
      throw new Failure(`Line ${this.lines} of the results is of an unknown kind, '${type}'.`);
    this.counts[type as keyof ResultCounts]++;
    if (type === 'errored') this.sample(line, partOf(partOf(result, 'error'), 'error'));
  }

  private sample(line: Buffer, error: Buffer): void {
    const type = textOf(error, 'type') ?? 'unknown';
    const sample = this.samples.get(type);
    if (sample) sample.count++;
    else
      this.samples.set(type, {
        type,
        count: 1,
        customId: textOf(line, 'custom_id') ?? '',
        message: textOf(error, 'message') ?? '',
      });
  }
}
