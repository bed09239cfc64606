import { count, percent } from '../figures.js';
import type { Display } from './display.js';
import { costOf, countsOf, noteOf, rateOf, timeLeftOf, tokensOf } from './progress-words.js';
import type { Sighting } from './sightings.js';

const EVERY_MS = 10_000;
const EVERY_PART = 0.05;

/** A sighting in a line of a log. */
export const plainLine = (sighting: Sighting, now: number): string => {
  const { progress } = sighting;
  const note = noteOf(sighting, now);
  if (!progress) return note;
  const { done, total } = progress;
  const { good, bad } = countsOf(progress);
  const parts = [good, bad, rateOf(sighting), timeLeftOf(sighting, now), tokensOf(progress), costOf(progress), note];
  const rest = parts.filter((part) => part !== '').join('; ');
  return `${percent(done, total)}, ${count(done)} of ${count(total)}: ${rest}`;
};

/** A line every ten seconds, or every 5 % where that is sooner; and whenever the gateway goes away or comes back. */
export class PlainDisplay implements Display {
  private shown: { at: number; part: number; isAway: boolean } | undefined;

  constructor(
    private readonly say: (line: string) => void,
    private readonly now: () => number,
  ) {}

  show(sighting: Sighting): void {
    const at = this.now();
    const { progress, away } = sighting;
    const part = progress && progress.total > 0 ? progress.done / progress.total : 0;
    const isAway = away !== undefined;
    const { shown } = this;
    const isNews = !shown || isAway !== shown.isAway || part - shown.part >= EVERY_PART;
    if (!isNews && at - shown.at < EVERY_MS) return;
    // The summary says it better.
    if (progress?.processing_status === 'ended') return;
    this.shown = { at, part, isAway };
    this.say(plainLine(sighting, at));
  }

  end(): void {
    // Every line is a whole one.
  }
}
