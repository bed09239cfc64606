import type { ApiVersion } from '#core';
import type { Encoding } from './encoding.js';
import type { RequestField } from './request-field.js';

const NAMES = ['temperature', 'top_p', 'top_k'] as const;

/** What `temperature` and `top_p` are where nobody sets them: left out, it changes nothing. */
const DEFAULT = 1;

/**
 * `temperature`, `top_p` and `top_k`, which the newer version of the API no longer has.
 * `effort` is the `reasoning_effort` that the upstream is going to be told.
 */
export const encodeSampling = (
  request: RequestField,
  { version, effort }: { version: ApiVersion; effort: unknown },
  encoding: Encoding,
): Record<string, number> => {
  const { vendor, ignored } = encoding;
  const fields: Record<string, number> = {};
  const obeyed = takesSampling(request.get('thinking'), effort, encoding);
  for (const name of NAMES) {
    const field = request.get(name);
    if (!field.present) continue;
    if (version === '2026-10-21') field.refuse('Extra inputs are not permitted');
    const value = name === 'top_k' ? field.integer(0) : field.number(0, 1);
    if (name === 'top_k' ? vendor.topK : obeyed) fields[name] = value;
    else if (name === 'top_k' || value !== DEFAULT) ignored.add(name);
  }
  return fields;
};

const takesSampling = (thinking: RequestField, effort: unknown, { vendor, limits }: Encoding): boolean => {
  if (vendor.reasoning.ignoresSampling) return !thinking.present || thinking.get('type').value === 'disabled';
  return limits.sampling || effort === 'none';
};
