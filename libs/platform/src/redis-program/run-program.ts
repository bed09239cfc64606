import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program printed; undefined when it is not there or did not exit with 0. */
export const runProgram = async (
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number },
): Promise<string | undefined> => {
  try {
    const { stdout } = await run(command, [...args], {
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 120_000,
      // Output is read, so it must be in the words that are looked for.
      env: { ...options.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    });
    return stdout;
  } catch {
    return undefined;
  }
};
