import { type Dispatcher, request } from 'undici';
import { retryAfterMs } from './retry-after.js';

/** What came of one attempt. `why` is the status of the answer, or a code of what went wrong. */
export type Reply =
  | { heard: 'delivered' | 'gone'; why: string }
  | { heard: 'failed'; why: string; retryAfterMs: number | undefined };

/** Nobody reads the answer. So much of it is taken, so that the connection can be used again. */
const ANSWER_BYTES = 1_024;

const GONE = 410;

const codeOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown };
  // What a deadline throws has a number for a code.
  return String(typeof code === 'string' ? code : name);
};

/** Posts once and follows no redirect: an answer of 3xx is a failure like any other. `signal` ends it early. Never rejects. */
export const postEvent = async (
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string },
  { agent, timeoutMs, signal, now }: { agent: Dispatcher; timeoutMs: number; signal?: AbortSignal; now: () => number },
): Promise<Reply> => {
  const deadline = AbortSignal.timeout(timeoutMs);
  const enough = signal ? AbortSignal.any([deadline, signal]) : deadline;
  try {
    const {
      statusCode,
      headers: answered,
      body: answer,
    } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'switchyard', ...headers },
      body,
      dispatcher: agent,
      signal: enough,
    });
    await answer.dump({ limit: ANSWER_BYTES, signal: enough }).catch(() => undefined);
    const why = String(statusCode);
    if (statusCode >= 200 && statusCode < 300) return { heard: 'delivered', why };
    if (statusCode === GONE) return { heard: 'gone', why };
    return { heard: 'failed', why, retryAfterMs: retryAfterMs(answered['retry-after'], now()) };
  } catch (error) {
    return { heard: 'failed', why: codeOf(error), retryAfterMs: undefined };
  }
};
