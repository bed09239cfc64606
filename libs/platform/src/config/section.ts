import { z } from 'zod';
import type { Draft } from './draft.js';
import type { Path } from './fault.js';
import { suggestName } from './nearest.js';

/** Marks the issue of a name that a section does not have. */
const UNKNOWN_NAME = 'unknown-name';

/**
 * A mapping with these names and no others. Unlike zod's strict object it gives each unknown name an issue of its own, which
 * suggests what was meant.
 */
export const section = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> => {
  const known = Object.keys(shape);
  const refuse = z.custom(() => false, {
    params: { kind: UNKNOWN_NAME },
    error: ({ path }) => `is not a name known here; ${suggestName(String(path?.at(-1)), known)}`,
  });
  const mapping = z.object(shape, {
    error: ({ input }) =>
      `${input === undefined ? 'is missing' : 'is not a mapping'}; write a mapping with names from ${known.join(', ')}`,
  });
  return mapping.catchall(refuse);
};

/** Reads the section at `path`, where nothing at all stands for an empty mapping. Reports what does not fit. */
export const readSection = <Schema extends z.ZodType>(
  draft: Draft,
  path: Path,
  schema: Schema,
): z.output<Schema> | undefined => {
  const result = schema.safeParse(draft.at(path) ?? {});
  for (const issue of result.error?.issues ?? []) {
    const at = [...path, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    const isName = issue.code === 'custom' && issue.params?.kind === UNKNOWN_NAME;
    if (isName) draft.faultName(at, issue.message);
    else draft.fault(at, issue.message);
  }
  return result.data;
};

/** What a section with entries of its own must look like. */
export interface Form {
  list: boolean;
  /** What to write there. */
  right: string;
  /** Whether it may be left out or empty. */
  optional?: boolean;
}

/** The paths of the entries below `path`, in the order of the file. Reports a section that does not have its form. */
export const entriesOf = (draft: Draft, path: Path, { list, right, optional = false }: Form): Path[] => {
  const value = draft.at(path);
  const isEmpty = value === undefined || value === null;
  if (isEmpty && optional) return [];
  if (isEmpty) draft.fault(path, `is ${value === null ? 'empty' : 'missing'}; write ${right}`);
  else if (typeof value !== 'object' || Array.isArray(value) !== list)
    draft.fault(path, `is not a ${list ? 'list' : 'mapping'}; write ${right}`);
  else {
    const entries = draft.entries(path);
    if (entries.length === 0 && !optional) draft.fault(path, `is empty; write ${right}`);
    return entries;
  }
  return [];
};
