/** A part of a line on a terminal. */
export interface Segment {
  text: string;
  /** What matters least is left out first when there is no room. */
  weight: number;
  paint?: (text: string) => string;
}

const GAP = '  ';
const WIDEST_BAR = 40;
/** A shorter bar tells nothing. */
const SHORTEST_BAR = 8;

const widthOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { text }) => sum + GAP.length + text.length, 0);

/** The segments that fit into so many columns with a gap before each, in their order. */
const fitting = (segments: readonly Segment[], columns: number): readonly Segment[] => {
  let kept = segments;
  while (kept.length > 0 && widthOf(kept) > columns) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    kept = kept.filter(({ weight }) => weight !== least);
  }
  return kept;
};

/** A bar of so many columns, in steps of half a column. `part` is from 0 to 1. */
export const bar = (part: number, width: number): { done: string; left: string } => {
  const halves = Math.floor(Math.min(1, Math.max(0, part)) * width * 2);
  const done = '━'.repeat(halves >> 1) + (halves % 2 === 1 ? '╸' : '');
  return { done, left: '─'.repeat(width - done.length) };
};

/** What `drawLine` draws. */
export interface LineContent {
  label: string;
  /** From 0 to 1. */
  part: number;
  segments: readonly Segment[];
}

/** The paints of the bar. */
export interface BarPaints {
  done: (text: string) => string;
  left: (text: string) => string;
}

/** A label, a bar and as many segments as fit beside each other. Never wider than `columns`. */
export const drawLine = ({ label, part, segments }: LineContent, columns: number, paints: BarPaints): string => {
  const room = Math.max(0, columns - label.length);
  const besideBar = fitting(segments, room - SHORTEST_BAR - GAP.length);
  const width = Math.min(WIDEST_BAR, room - GAP.length - widthOf(besideBar));
  // Without room for a bar, the figures say it.
  const kept = width < SHORTEST_BAR ? fitting(segments, room) : besideBar;
  const texts = kept.map(({ text, paint = (plain: string) => plain }) => GAP + paint(text));
  if (width < SHORTEST_BAR) return label.slice(0, columns) + texts.join('');
  const { done, left } = bar(part, width);
  return `${label}${GAP}${paints.done(done)}${paints.left(left)}${texts.join('')}`;
};
