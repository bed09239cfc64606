import type { Screen } from './terminal.js';

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_REST = '\u001B[K';

const USUAL_COLUMNS = 80;

/** The last line of a terminal, drawn over again and again. The cursor is hidden meanwhile, and comes back however the process ends. */
export class LiveLine {
  private drawn: string | undefined;
  private readonly restore = (): void => void this.screen.write(SHOW_CURSOR);

  constructor(private readonly screen: Screen) {}

  /** What a line may have; the last column is left free, because some terminals wrap behind it. */
  get columns(): number {
    return (this.screen.columns ?? USUAL_COLUMNS) - 1;
  }

  draw(text: string): void {
    if (text === this.drawn) return;
    if (this.drawn === undefined) {
      this.screen.write(HIDE_CURSOR);
      process.once('exit', this.restore);
    }
    this.drawn = text;
    // In one piece, and clearing behind the text instead of before it: nothing flickers.
    this.screen.write(`\r${text}${CLEAR_REST}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.drawn === undefined) return;
    this.drawn = undefined;
    this.screen.write(`\r${CLEAR_REST}`);
    process.off('exit', this.restore);
    this.restore();
  }
}
