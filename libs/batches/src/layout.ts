/**
 * Where the parts of a work lie in storage. All of one work is below one prefix; what is written when, and what it means,
 * is told in docs/reference/batches-inside.md.
 */

const ROOT = 'works/';

/** Names that `mint-work-id.ts` gives. What else lies there, or is asked for, is not ours. */
const WORK_ID = /^msg(?:batch|job)_01[1-9A-HJ-NP-Za-km-z]{22}$/;

export const isWorkId = (id: string): boolean => WORK_ID.test(id);

export const layout = {
  root: ROOT,
  work: (id: string) => `${ROOT}${id}/`,
  manifest: (id: string) => `${ROOT}${id}/manifest`,
  inputs: (id: string) => `${ROOT}${id}/in/`,
  input: (id: string, chunk: number) => `${ROOT}${id}/in/${chunk}.jsonl`,
  logs: (id: string) => `${ROOT}${id}/wal/`,
  log: (id: string, chunk: number, name: string) => `${ROOT}${id}/wal/${chunk}/${name}`,
  logsOf: (id: string, chunk: number) => `${ROOT}${id}/wal/${chunk}/`,
  /** Of a job, in place of its one output: no folder of its own has to be made durable for it. */
  result: (id: string) => `${ROOT}${id}/result.jsonl`,
  outputs: (id: string) => `${ROOT}${id}/out/`,
  output: (id: string, chunk: number) => `${ROOT}${id}/out/${chunk}.jsonl`,
  canceled: (id: string) => `${ROOT}${id}/canceled.json`,
  ended: (id: string) => `${ROOT}${id}/ended.json`,
  archived: (id: string) => `${ROOT}${id}/archived.json`,
  /** Written by whoever has told the webhook of the end, once it has said that it heard. */
  delivered: (id: string) => `${ROOT}${id}/delivered.json`,
} as const;
