import type { ApiVersion } from '#core';
import type { Encoding } from './encoding.js';
import type { RequestField } from './request-field.js';

const NAMES = ['temperature', 'top_p', 'top_k'] as const;

/** `temperature`, `top_p` and `top_k`, which the newer version of the API no longer has. */
export const encodeSampling = (request: RequestField, version: ApiVersion, { vendor, ignored }: Encoding) => {
  const fields: Record<string, number> = {};
  const obeyed = !(vendor.reasoning.ignoresSampling && asksToThink(request.get('thinking')));
  for (const name of NAMES) {
    const field = request.get(name);
    if (!field.present) continue;
    if (version === '2026-10-21') field.refuse('Extra inputs are not permitted');
    const value = name === 'top_k' ? field.integer(0) : field.number(0, 1);
    if (name === 'top_k' ? vendor.topK : obeyed) fields[name] = value;
    else ignored.add(name);
  }
  return fields;
};

const asksToThink = (thinking: RequestField): boolean => thinking.present && thinking.get('type').value !== 'disabled';
