/** A call that is answered with an error, in terms that both wires can put in their own envelope. */
export class Refusal extends Error {
  /**
   * @param status HTTP status
   * @param type in the words of the Messages API, or whatever a directive named
   * @param headers such as `retry-after`
   */
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** 400, the answer to every malformed request. */
export const invalid = (message: string): Refusal => new Refusal(400, 'invalid_request_error', message);
