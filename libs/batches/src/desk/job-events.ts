import { setTimeout as pause } from 'node:timers/promises';
import { keys } from '../redis/keys.js';
import { type KeptEvent, readJobEvents } from '../seal/job-result.js';
import type { JobEvent, LineResult, Work } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { UNANSWERED } from './unanswered.js';

/** How late an event may be seen while they come, and after a long silence. */
const SOONEST_MS = 100;
const LATEST_MS = 500;
const MOST_AT_ONCE = 500;

interface Place {
  run: number;
  number: number;
}

const readPlace = (id: string): Place => {
  const [, run = '0', number = '0'] = /^(\d{1,16})-(\d{1,15})$/.exec(id) ?? [];
  return { run: Number(run), number: Number(number) };
};

/** What stands in an `error` event. */
interface Told {
  error: { type: string; message: string };
  request_id?: string | null;
}

const errorEvent = ({ run, number }: Place, told: Told): JobEvent => ({
  id: `${run}-${number + 1}`,
  event: 'error',
  data: JSON.stringify({ type: 'error', ...told }),
});

/** For who has seen the beginning of another run. Its id is of that one, so that whoever comes back with it is told the same. */
const LOST: Told = {
  error: {
    type: 'overloaded_error',
    message:
      'The answer broke off and the job runs anew. Connect again without Last-Event-ID to see it from its beginning.',
  },
};

const UNKEPT: Told = {
  error: { type: 'api_error', message: 'The events of this job are too many to be kept. Its result is there.' },
};

/** What an ended job has to say in the end that its events have not said. */
const lastWord = (result: LineResult, events: readonly KeptEvent[] | undefined): Told | undefined => {
  if (result.type === 'succeeded') return events ? undefined : UNKEPT;
  return result.type === 'errored' ? result.error : { error: UNANSWERED[result.type] };
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
    let waitMs = SOONEST_MS;
    // Its events show that a job goes on; it is asked after only where none come.
    let goesOn = false;
    while (!signal.aborted) {
      const end = new AbortController();
      const stop = this.store.news.listen(id, (what) => what === 'end' && end.abort());
      try {
        if (!goesOn && (await this.hasEnded())) return yield* this.replay(id);
        const shown = yield* this.live(id);
        if (shown === 'lost') return;
        waitMs = shown === 'more' ? SOONEST_MS : Math.min(2 * waitMs, LATEST_MS);
        await pause(waitMs, undefined, { signal: AbortSignal.any([signal, end.signal]) }).catch(() => undefined);
        goesOn = shown === 'more' && !end.signal.aborted;
      } finally {
        stop();
      }
    }
  }

  private async hasEnded(): Promise<boolean> {
    const work = await this.look();
    return !work || work.status === 'ended';
  }

  /** What a running job has said since. `lost`: that is of another run, and the watcher was told so. */
  private async *live(job: string): AsyncGenerator<JobEvent, 'nothing' | 'more' | 'lost'> {
    let shown: 'nothing' | 'more' = 'nothing';
    for (const [id, [, event = '', , data = '']] of await this.entries(job)) {
      const place = readPlace(id);
      if (this.place && this.place.run !== place.run) {
        yield errorEvent(this.place, LOST);
        return 'lost';
      }
      // A gap is what could not be shown live; the rest comes at the end.
      if (place.number !== (this.place?.number ?? 0) + 1) break;
      this.place = place;
      yield { id, event, data };
      shown = 'more';
    }
    return shown;
  }

  /** From where the watcher is, else from the beginning of the newest run. */
  private async entries(job: string): Promise<[id: string, fields: string[]][]> {
    const { redis } = this.store;
    const key = keys.live(job);
    if (this.place) return redis.xrange(key, `(${this.place.run}-${this.place.number}`, '+', 'COUNT', MOST_AT_ONCE);
    const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
    return newest ? redis.xrange(key, `${readPlace(newest[0]).run}-0`, '+', 'COUNT', MOST_AT_ONCE) : [];
  }

  private async *replay(job: string): AsyncGenerator<JobEvent> {
    const stored = await readJobEvents(this.store, job);
    if (!stored) return;
    const { result, events, run } = stored;
    if (this.place && events && this.place.run !== run) return yield errorEvent(this.place, LOST);
    let number = this.place?.number ?? 0;
    for (const [event, data] of events?.slice(number) ?? []) yield { id: `${run}-${++number}`, event, data };
    const word = lastWord(result, events);
    if (word) yield errorEvent({ run, number }, word);
  }
}
