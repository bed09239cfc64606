/** Where jobs and batches are kept: a folder, relative to the working directory, or a place in a bucket. `prefix` may be empty. */
export type StorageAddress = { kind: 'file'; folder: string } | { kind: 's3'; bucket: string; prefix: string };
