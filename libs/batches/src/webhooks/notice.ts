import { layout } from '../layout.js';
import { StorageError } from '../storage/storage-error.js';
import type { Storage } from '../storage/storage.js';
import type { Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { endedEvent, type WebhookEvent } from './ended-event.js';
import type { WebhookOutbox } from './webhook-outbox.js';

/** Somebody who wants to hear that a work has ended. */
export interface Notice {
  /** Of the work. */
  id: string;
  url: string;
  /** Who is called one at a time: a host, for each workspace apart. */
  receiver: string;
  event: WebhookEvent;
  /** Attempts that have failed so far. */
  failures: number;
}

const LINE_FEED = 0x0a;

/** Reads no more than the first line, for behind it a job's manifest has its params. Undefined: there is no such work. */
const readUrl = async (storage: Storage, id: string): Promise<Pick<Manifest, 'webhookUrl'> | undefined> => {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of storage.stream(layout.manifest(id))) {
      const end = piece.indexOf(LINE_FEED);
      pieces.push(end === -1 ? piece : piece.subarray(0, end));
      if (end !== -1) break;
    }
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as Manifest;
  } catch (error) {
    if (error instanceof StorageError && error.code === 'missing') return undefined;
    throw error instanceof SyntaxError
      ? new StorageError('corrupt', `The manifest of ${id} cannot be read.`, error)
      : error;
  }
};

/**
 * Undefined when there is nothing to tell: the work is not known, or was told of by somebody who died before Redis knew.
 * Rejects with `StorageError` or what Redis says.
 */
export const readNotice = async (
  { states, storage }: Pick<WorkStore, 'states' | 'storage'>,
  outbox: WebhookOutbox,
  id: string,
): Promise<Notice | undefined> => {
  const [work, failures, manifest, told] = await Promise.all([
    states.find(id),
    outbox.failures(id),
    readUrl(storage, id),
    storage.size(layout.delivered(id)),
  ]);
  const url = manifest?.webhookUrl;
  if (work?.status !== 'ended' || url === undefined || told !== undefined) return undefined;
  const receiver = JSON.stringify([work.workspace, URL.parse(url)?.host ?? url]);
  return { id, url, receiver, event: endedEvent(work), failures };
};
