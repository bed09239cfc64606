import { count, percent } from '../figures.js';
import { LiveLine } from '../live-line.js';
import { drawLine, type LineContent, type Segment } from '../screen-line.js';
import { paints, type Terminal } from '../terminal.js';
import type { Display } from './display.js';
import { costOf, countsOf, noteOf, rateOf, timeLeftOf, tokensOf } from './progress-words.js';
import type { Sighting } from './sightings.js';

const REDRAW_MS = 250;

type Paint = Record<'red' | 'yellow' | 'dim' | 'green', (text: string) => string>;

/** What stands on the line of a batch, and what of it matters most. */
export const contentOf = (sighting: Sighting, now: number, paint: Paint): LineContent => {
  const { progress } = sighting;
  const note = { text: noteOf(sighting, now), weight: 9, paint: paint.yellow };
  if (!progress) return { label: '', part: 0, segments: [note.text ? note : { text: 'asking', weight: 1 }] };
  const { done, total } = progress;
  const { good, bad } = countsOf(progress);
  const segments: Segment[] = [
    { text: percent(done, total).padStart(5), weight: 10 },
    // As wide as it will be, so that the bar does not move.
    { text: `${count(done)}/${count(total)}`.padStart(2 * count(total).length + 1), weight: 7 },
    note,
    { text: timeLeftOf(sighting, now), weight: 8 },
    { text: bad, weight: 6, paint: paint.red },
    { text: rateOf(sighting), weight: 5 },
    { text: costOf(progress), weight: 4 },
    { text: tokensOf(progress), weight: 3, paint: paint.dim },
    { text: good, weight: 2, paint: paint.green },
  ];
  return { label: '', part: total > 0 ? done / total : 1, segments: segments.filter(({ text }) => text !== '') };
};

/** One line of a terminal, drawn anew four times a second, whenever something was heard last. */
export class LiveDisplay implements Display {
  private readonly line: LiveLine;
  private readonly timer: NodeJS.Timeout;
  private sighting: Sighting = { progress: undefined, perSecond: undefined, at: 0, away: undefined };

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
  ) {
    this.line = new LiveLine(terminal.stderr);
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  show(sighting: Sighting): void {
    this.sighting = sighting;
    this.draw();
  }

  end(): void {
    clearInterval(this.timer);
    this.line.clear();
  }

  private draw(): void {
    const paint = paints(this.terminal);
    const content = contentOf(this.sighting, this.now(), paint);
    this.line.draw(drawLine(content, this.line.columns, { done: paint.cyan, left: paint.dim }));
  }
}
