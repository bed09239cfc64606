/** Names of mappings and positions in lists, from the file's root. */
export type Path = readonly (string | number)[];

/** Something in the file that cannot be, or (as a warning) that will not do what it seems to say. */
export interface Fault {
  /** Counted from 1; 0 when the fault is of the file as a whole. */
  line: number;
  /** Counted from 1. */
  column: number;
  /** `providers.anthropic-a.base_url`; empty for the file as a whole. */
  path: string;
  /** What is wrong; what would be right. Never holds a secret. */
  message: string;
}

const quoted = (step: string | number): string =>
  typeof step === 'number' || /^[\w*-]+$/.test(step) ? String(step) : JSON.stringify(step);

/** A path as people write it; a name with dots of its own is quoted. */
export const formatPath = (path: Path): string => path.map(quoted).join('.');

/** One line, in the form that editors and terminals turn into a link. */
export const formatFault = (file: string, fault: Fault): string => {
  const place = fault.line > 0 ? `${file}:${fault.line}:${fault.column}` : file;
  return fault.path === '' ? `${place}  ${fault.message}` : `${place}  ${fault.path}: ${fault.message}`;
};

/** In the order of the file. */
export const sortFaults = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort((a, b) => a.line - b.line || a.column - b.column);

/** A configuration that cannot be used. The message lists every fault, one a line. */
export class ConfigError extends Error {
  constructor(
    readonly file: string,
    readonly faults: readonly Fault[],
  ) {
    super(faults.map((fault) => formatFault(file, fault)).join('\n'));
    this.name = 'ConfigError';
  }
}
