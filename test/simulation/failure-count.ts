import type { Failure } from '#core';

const ROW = 5;
const WINDOW_MS = 33_000;

/** What one replica has met with at one deployment, counted by the judge. */
export class FailureCount {
  /** Failures without an answer, one after the other, of requests that began after the last that was answered. */
  private row = 0;
  private answeredAt = Number.NEGATIVE_INFINITY;
  private lastAt = Number.NEGATIVE_INFINITY;
  /** The most that could have opened the breaker since a whole answer to a request that began after the failure before it. */
  private most = 0;
  private recent: number[] = [];

  answerBegun(now: number): void {
    this.row = 0;
    this.answeredAt = now;
  }

  answerWhole(startedAt: number): void {
    if (startedAt >= this.lastAt) this.most = 0;
  }

  failed(now: number, startedAt: number, failure: Failure, hadBegun: boolean): void {
    const { status } = failure;
    // What is wrong with the credential or the request says nothing of the upstream's health.
    if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) return;
    this.lastAt = now;
    this.recent = [...this.recent.filter((at) => at > now - WINDOW_MS), now];
    this.most = Math.max(this.most + 1, this.recent.length);
    const isLimit = status === 429 || status === 529;
    if (!hadBegun && !isLimit && startedAt >= this.answeredAt) this.row++;
  }

  /** Somebody has said that all is well. */
  forgiven(now: number): void {
    this.row = 0;
    this.answeredAt = now;
  }

  /** Five in a row: no breaker may be closed. */
  get mustBeOpen(): boolean {
    return this.row >= ROW;
  }

  /** Too few failures for any breaker to be open: neither five in a row, nor five among ten of half a minute. */
  get isCertainlyClosed(): boolean {
    return this.most < ROW;
  }
}
