/** Where a Redis is: one server, a group that is watched by sentinels, or a cluster. */
export type RedisAddress =
  | { kind: 'single'; url: string }
  | ({ kind: 'sentinel'; master: string; database: number } & RedisNodes)
  | ({ kind: 'cluster' } & RedisNodes);

/** Those to ask first: sentinels, or some of a cluster's nodes. */
export interface RedisNodes {
  nodes: readonly { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  tls: boolean;
}
