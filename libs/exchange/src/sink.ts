/**
 * The caller's side of one answer: an HTTP response, or whatever records a job's result.
 * Writing after `closed` is allowed and does nothing.
 */
export interface Sink {
  /** The caller hung up or the answer is complete. */
  readonly closed: boolean;
  head(status: number, headers: Record<string, string>): void;
  /** False when the caller is slower than the upstream: stop until `onDrain`. */
  write(bytes: Buffer): boolean;
  end(bytes?: Buffer): void;
  /** Breaks the connection, so that the caller cannot take what it has for a whole answer. */
  abort(): void;
  /** Called each time writing may go on. */
  onDrain(listener: () => void): void;
  /** Called once, when the caller is gone before the answer was complete. */
  onHangUp(listener: () => void): void;
}
