/** What a command is given instead of reaching for the process. */
export interface Surroundings {
  /** The project's root, where `examples` and `dist` are. */
  root: string;
  env: NodeJS.ProcessEnv;
  /** Writes a line, or several, to standard output. */
  print: (text: string) => void;
  /** The same to standard error. */
  complain: (text: string) => void;
}
