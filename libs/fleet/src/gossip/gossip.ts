import type { HealthMark } from '#core';
import { KEYS } from '../keys.js';
import type { RedisLink } from '../redis/redis-link.js';
import { texts } from '../redis/replies.js';
import { Bell } from './bell.js';
import { MARKS } from './marks-script.js';
import { type Announcement, type HeardMark, LIFTED_MS, LONGEST_MARK_MS, markOf, OwnMarks } from './own-marks.js';

/** With what a replica takes part. */
export interface GossipOptions {
  /** For what is said, and for asking at intervals. */
  link: RedisLink;
  /** Waits for the bell, and nothing else waits behind it. */
  bellLink: RedisLink;
  /** Another with each start of a process. */
  self: string;
  /**
   * Told of each mark of another replica's once: when it is new, longer than before, or lifted. Gives whether it was taken; one
   * that was not is told again at the next look, if it still stands.
   */
  onMark: (mark: HealthMark) => boolean;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
}

/** The longest pause between two looks; pauses differ, so that replicas do not ask all at once. */
const LOOK_EVERY_MS = 900;
const JITTER_MS = 300;

const readMarks = (reply: unknown): HeardMark[] => {
  const words = texts(reply, 5);
  const heard: HeardMark[] = [];
  for (let at = 0; at < words.length; at += 5) {
    const [field = '', id = '', by = '', left = '', text = ''] = words.slice(at, at + 5);
    const remainingMs = Math.min(Math.max(0, Number(left) || 0), LONGEST_MARK_MS);
    heard.push({ field, id, by, remainingMs, text });
  }
  return heard;
};

const liftingsFirst = (one: HeardMark, other: HeardMark): number =>
  Math.sign(one.remainingMs) - Math.sign(other.remainingMs);

/**
 * Marks of health among the replicas. Each says its own and hears the others': at once when the bell rings, and at intervals of
 * less than a second, over another connection, in case it did not.
 */
export class Gossip {
  private readonly own: OwnMarks;
  private readonly bell: Bell;
  /** The id that was last heard of each field. */
  private seen = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private asked = 0;
  /** The latest question that was answered: over two connections an older answer may come after a newer one. */
  private answered = 0;

  constructor(private readonly options: GossipOptions) {
    this.own = new OwnMarks(options.self, options.now);
    this.bell = new Bell(options.bellLink, () => void this.sync(options.bellLink));
  }

  /** Resolves when all that runs has been heard, or could not be. */
  async start(): Promise<void> {
    this.bell.start();
    this.lookLater();
    await this.options.link.ready(LOOK_EVERY_MS);
    await this.sync(this.options.link);
  }

  /** Tells the others. While Redis is away it is kept and told later, for as long as it runs. */
  publish(mark: HealthMark): void {
    this.own.add(mark);
    void this.sync(this.options.link);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.bell.stop();
  }

  private lookLater(): void {
    const pause = LOOK_EVERY_MS - this.options.random() * JITTER_MS;
    this.timer = setTimeout(() => void this.look(), pause).unref();
  }

  private async look(): Promise<void> {
    await this.sync(this.options.link);
    if (!this.stopped) this.lookLater();
  }

  /** Says what is unsaid and hears all that runs, in one round trip. */
  private async sync(link: RedisLink): Promise<void> {
    const taken = this.own.take();
    const question = ++this.asked;
    try {
      const heard = await link.run((client) => MARKS.run(client, [KEYS.marks, KEYS.bell], this.args(taken)), readMarks);
      this.own.said(taken);
      if (this.stopped || question < this.answered) return;
      this.answered = question;
      this.own.reconcile(heard);
      this.hear(heard);
    } catch {
      this.own.unheard(taken);
    }
  }

  private args(said: readonly Announcement[]): (string | number)[] {
    const announcements = said.flatMap(({ field, id, remainingMs, text }) => [field, id, remainingMs, text]);
    return [this.options.self, LIFTED_MS, LONGEST_MARK_MS, ...announcements];
  }

  /** Liftings first: one may lift more than its own field, but not what runs beside it in the same answer. */
  private hear(heard: readonly HeardMark[]): void {
    const before = this.seen;
    this.seen = new Map(heard.map(({ field, id }) => [field, id]));
    for (const one of heard.toSorted(liftingsFirst)) {
      if (one.by === this.options.self || before.get(one.field) === one.id) continue;
      const mark = markOf(one);
      if (mark && !this.options.onMark(mark)) this.seen.delete(one.field);
    }
  }
}
