/** Something that can be run as a Redis server. */
export interface RedisProgram {
  /** What people are told it is. */
  name: string;
  command: string;
  /** Before the server's own arguments. */
  prefix: (port: number, folder: string) => readonly string[];
  /** Where the program sees the data and which address and port it binds; a container has its own. */
  view?: { folder: string; port: number; bind: string };
  env: NodeJS.ProcessEnv;
}
