import { applyEdits, replaceValue, scanTopLevel } from '#core';

const OPEN_OBJECT = 0x7b;

/** The same Messages request for another model; every other byte stays. `params` must be a JSON object. */
export const setModel = (params: Buffer, model: string): Buffer => {
  const scan = scanTopLevel(params, { maxDepth: Infinity, maxMembers: Infinity });
  const value = Buffer.from(JSON.stringify(model));
  const named = scan.last('model');
  if (named) return applyEdits(params, [replaceValue(named, value)]);
  const start = params.indexOf(OPEN_OBJECT) + 1;
  const comma = scan.members.length > 0 ? ',' : '';
  return applyEdits(params, [{ start, end: start, bytes: Buffer.from(`"model":${value.toString()}${comma}`) }]);
};
