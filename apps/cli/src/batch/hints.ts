import type { ConnectionOptions } from './connection.js';
import type { Terminal } from './terminal.js';

/** Writes the command line that does the next thing in the way this one was run, to be pasted. */
export const hinter =
  ({ gateway, config }: ConnectionOptions, { env }: Terminal) =>
  (words: string): string => {
    const command = env.npm_command === 'exec' ? 'npx switchyard' : 'switchyard';
    const flags = [gateway ? ` --gateway ${gateway}` : '', config ? ` --config ${config}` : ''];
    return `${command} batch ${words}${flags.join('')}`;
  };

export type Hint = ReturnType<typeof hinter>;
