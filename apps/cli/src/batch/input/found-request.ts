import type { BatchRequest } from '#batches';

/** A request, and the line of the input that it begins in. */
export interface FoundRequest extends BatchRequest {
  line: number;
}
