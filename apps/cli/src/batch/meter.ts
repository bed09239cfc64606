import { duration, percent } from './figures.js';
import { LiveLine } from './live-line.js';
import { drawLine } from './screen-line.js';
import { isLive, paints, type Terminal } from './terminal.js';
import { RateWindow } from './watch/rate-window.js';

const REDRAW_MS = 250;
const PLAIN_MS = 10_000;

/** What is measured. */
export interface Measured {
  /** What is going on: `checking`. */
  label: string;
  total: number;
  /** How an amount is written. */
  amount: (value: number) => string;
}

/** Shows how far a piece of work of known size is: as a bar on a terminal, as a line every ten seconds elsewhere. */
export class Meter {
  private readonly line: LiveLine | undefined;
  private readonly rate = new RateWindow();
  private shownAt: number;

  constructor(
    private readonly measured: Measured,
    private readonly terminal: Terminal,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.line = isLive(terminal) ? new LiveLine(terminal.stderr) : undefined;
    this.shownAt = now();
  }

  /** May be called as often as one likes. */
  set(done: number): void {
    const now = this.now();
    if (now - this.shownAt < (this.line ? REDRAW_MS : PLAIN_MS)) return;
    this.shownAt = now;
    this.rate.add(now, done);
    const { label, total, amount } = this.measured;
    const part = percent(done, total);
    const amounts = `${amount(done)} of ${amount(total)}`;
    if (!this.line) return this.terminal.complain(`${label}: ${part}, ${amounts}`);
    const perSecond = this.rate.perSecond;
    const segments = [
      { text: part.padStart(5), weight: 4 },
      { text: amounts, weight: 3 },
      ...(perSecond ? [{ text: `${duration((total - done) / perSecond)} left`, weight: 2 }] : []),
    ];
    const { cyan, dim } = paints(this.terminal);
    this.line.draw(drawLine({ label, part: done / total, segments }, this.line.columns, { done: cyan, left: dim }));
  }

  end(): void {
    this.line?.clear();
  }
}
