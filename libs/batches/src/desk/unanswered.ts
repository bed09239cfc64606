import type { ApiErrorType } from '#core';

/** Why there is no answer to a job that ended without one: told in the same words to whoever waited for it and to whoever watched. */
export const UNANSWERED: Readonly<Record<'canceled' | 'expired', { type: ApiErrorType; message: string }>> = {
  canceled: { type: 'conflict_error', message: 'The job was canceled before it was answered.' },
  expired: { type: 'timeout_error', message: 'The job expired before it was answered.' },
};
