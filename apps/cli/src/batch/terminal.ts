import type { Writable } from 'node:stream';
import colors from 'picocolors';
import type { Surroundings } from '../surroundings.js';

/** Where the eye is: a stream that may be a terminal. */
export interface Screen extends Writable {
  isTTY?: boolean;
  columns?: number;
}

/**
 * What the batch commands are given. Standard output gets what a script wants: ids, tables, JSON, results. All that is
 * for the eye goes to standard error.
 */
export interface Terminal extends Surroundings {
  stdin: AsyncIterable<Buffer> & { isTTY?: boolean };
  stdout: Writable;
  stderr: Screen;
}

/** Whether lines can be drawn over each other. */
export const isLive = ({ stderr, env }: Terminal): boolean => stderr.isTTY === true && env.TERM !== 'dumb';

/** Colours for standard error, which may be a terminal when standard output is none. https://no-color.org */
export const paints = (terminal: Terminal): ReturnType<typeof colors.createColors> =>
  colors.createColors(isLive(terminal) && !terminal.env.NO_COLOR);

/** The process's own. Its streams are touched when they are used, because opening standard input has effects. */
export const terminalOf = (surroundings: Surroundings): Terminal => ({
  ...surroundings,
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
});
