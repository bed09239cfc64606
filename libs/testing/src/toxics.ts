/** What is wrong with the way between two processes. Whatever is left out is as it should be. */
export interface Toxics {
  /** Every piece arrives so many milliseconds later, each way. */
  latencyMs?: number;
  /** Each way. */
  bytesPerSecond?: number;
  /** Connections are accepted and stay open, and nothing passes either way. */
  drop?: boolean;
  /** Nobody listens, and whoever was connected is reset. */
  refuse?: boolean;
  /** A connection is reset once so many bytes of the target's have passed. */
  resetAfterBytes?: number;
  /** Connections on which nothing is asked for so long are closed, as servers do. */
  closeIdleAfterMs?: number;
  /**
   * With `closeIdleAfterMs`: how long the news of the closing travels. What is sent in the meantime meets a closed connection and is
   * answered with a reset.
   */
  closeNoticeMs?: number;
  /** Every nth reply of the target is lost, counted over all connections: it has done what it was asked, and then the connection breaks. */
  loseEveryNthReply?: number;
  /** Nonsense comes back in place of the target's replies. */
  garbage?: boolean;
  /** The target's side is gone, and nobody tells the other side. */
  halfOpen?: boolean;
}
