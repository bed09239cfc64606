/**
 * How Node is to be told to run a worker. Nearly all that a worker allocates is garbage at once, and V8 lets up to 128 MB
 * be taken by what is new; with half of that it takes a sixth less memory, and no more time (docs/guides/workers.md, Memory).
 */
export const WORKER_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=32'];
