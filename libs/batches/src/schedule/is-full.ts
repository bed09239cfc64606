/** Redis has refused a command because it has reached its `maxmemory`. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('OOM command not allowed');
