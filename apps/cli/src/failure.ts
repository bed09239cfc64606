/** A failure whose message says all there is to say, with the cure; it is printed without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Failures by name rather than class, so that telling them apart does not load what may throw them. */
const EXPECTED: readonly string[] = ['Failure', 'ConfigError', 'StorageError'];

interface SystemError extends Error {
  code?: string;
  port?: number;
}

/** What to print of anything thrown: a sentence where the failure is foreseen, the stack where it is a fault of ours. */
export const explainFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (EXPECTED.includes(error.name)) return error.message;
  const { code, port } = error as SystemError;
  if (code === 'EADDRINUSE') return `Port ${port ?? ''} is taken; choose another with --port.`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} needs privileges; choose one above 1023 with --port.`;
  return error.stack ?? error.message;
};
