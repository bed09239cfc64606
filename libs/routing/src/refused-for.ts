import type { Failure } from '#core';

/**
 * What an upstream's refusal of a request is about. `account`: our credential, whatever it is used for. `permission`: what the
 * credential may be used for. `model`: one that is not there. `request`: everything else, which is for the caller to mend.
 */
type RefusedFor = 'account' | 'permission' | 'model' | 'request';

const ACCOUNT_STATUSES = new Set([401, 402, 407]);
/** The same under whatever status they come. */
const ACCOUNT_TYPES = new Set(['authentication_error', 'billing_error']);

const isRefusal = (status: number): boolean => status >= 400 && status < 500;

/**
 * Reads what a refusal is about. Nothing that one caller sends may be held against what others use too, so a 404 is the model's only
 * where the upstream does not say that something else is missing.
 */
export const refusedFor = ({ status = 0, error: { type }, missing }: Failure): RefusedFor => {
  if (ACCOUNT_STATUSES.has(status) || ACCOUNT_TYPES.has(type)) return 'account';
  if (status === 403 || type === 'permission_error') return 'permission';
  if (missing === 'other' || !isRefusal(status)) return 'request';
  return status === 404 || type === 'not_found_error' ? 'model' : 'request';
};
