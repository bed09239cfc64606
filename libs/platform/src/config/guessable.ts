import type { Draft } from './draft.js';
import type { Path } from './fault.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Judges the length of a secret that lets somebody in. One that can be guessed is refused where strangers can try,
 * and only warned of where the gateway listens to its own machine alone, as it does by default.
 */
export const judgeSecretLength = (draft: Draft, path: Path, atLeast: number): void => {
  const secret = draft.text(path);
  if (secret === undefined || secret === '' || secret.length >= atLeast) return;
  const problem = `has ${secret.length} characters; write at least ${atLeast} that nobody can guess`;
  if (LOOPBACK.test(draft.text(['listen', 'host']) ?? 'localhost')) draft.warn(path, problem);
  else draft.fault(path, problem);
};
