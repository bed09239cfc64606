import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '../redis/keys.js';
import { type KeptEvent, readJobResult } from '../seal/job-result.js';
import type { LineResult, Work } from '../work.js';
import type { WorkStore } from '../work-store.js';

/** How late an event may be seen. */
const LOOK_EVERY_MS = 100;
const MOST_AT_ONCE = 500;

/** An event of a job as a watcher gets it. */
export interface JobEvent {
  id: string;
  event: string;
  data: string;
}

interface Place {
  run: number;
  number: number;
}

const readPlace = (id: string): Place => {
  const [, run = '0', number = '0'] = /^(\d{1,16})-(\d{1,15})$/.exec(id) ?? [];
  return { run: Number(run), number: Number(number) };
};

const errorEvent = ({ run, number }: Place, type: string, message: string): JobEvent => ({
  id: `${run}-${number + 1}`,
  event: 'error',
  data: JSON.stringify({ type: 'error', error: { type, message } }),
});

/** Its id is of the run that is lost, so that whoever comes back with it is told the same. */
const lost = (after: Place): JobEvent =>
  errorEvent(
    after,
    'overloaded_error',
    'The answer broke off and the job runs anew. Connect again without Last-Event-ID to see it from its beginning.',
  );

/** What an ended job has to say in the end that its events have not said. */
const lastWord = (result: LineResult, events: readonly KeptEvent[] | undefined, after: Place): JobEvent | undefined => {
  if (!events && result.type === 'succeeded')
    return errorEvent(after, 'api_error', 'The events of this job are too many to be kept. Its result is there.');
  if (result.type === 'succeeded') return undefined;
  if (result.type === 'errored') {
    const { type, message } = result.error.error;
    return errorEvent(after, type, message);
  }
  return errorEvent(after, 'api_error', result.type === 'canceled' ? 'The job was canceled.' : 'The job expired.');
};

/** The events of a job for one watcher: those that were, then those that come, until the job has ended. */
export class JobEvents {
  /** Where the watcher is; undefined before the first event. */
  private place: Place | undefined;

  constructor(
    private readonly store: WorkStore,
    private readonly look: () => Promise<Work | undefined>,
    lastEventId: string | undefined,
  ) {
    this.place = lastEventId === undefined ? undefined : readPlace(lastEventId);
  }

  /** Ends when the job has or is gone, and when the signal aborts. Rejects with `StorageError` or what Redis says. */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<JobEvent> {
    while (!signal.aborted) {
      const work = await this.look();
      if (!work || work.status === 'ended') return yield* this.replay(id);
      for (const event of await this.live(id)) {
        if (this.place && this.isElsewhere(event.id)) return yield lost(this.place);
        // A gap is what could not be shown live; the rest comes at the end.
        const place = readPlace(event.id);
        if (place.number !== (this.place?.number ?? 0) + 1) break;
        this.place = place;
        yield event;
      }
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Of another run of the job than what was seen before. */
  private isElsewhere(id: string): boolean {
    return this.place !== undefined && this.place.run !== readPlace(id).run;
  }

  private async live(job: string): Promise<JobEvent[]> {
    const { redis } = this.store;
    const key = keys.live(job);
    const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
    if (!newest) return [];
    const { run } = readPlace(newest[0]);
    if (this.isElsewhere(newest[0])) return [{ id: newest[0], event: '', data: '' }];
    const from = this.place ? `(${this.place.run}-${this.place.number}` : `${run}-0`;
    const entries = await redis.xrange(key, from, '+', 'COUNT', MOST_AT_ONCE);
    return entries.map(([id, [, event = '', , data = '']]) => ({ id, event, data }));
  }

  private async *replay(job: string): AsyncGenerator<JobEvent> {
    const stored = await readJobResult(this.store, job);
    if (!stored) return;
    const { result, events, run } = stored;
    if (this.place && events && this.place.run !== run) return yield lost(this.place);
    let number = this.place?.number ?? 0;
    for (const [event, data] of events?.slice(number) ?? []) yield { id: `${run}-${++number}`, event, data };
    const word = lastWord(result, events, { run, number });
    if (word) yield word;
  }
}
