import type { Figure, Target, Unit } from '../figure.js';
import type { Spread } from '../spread.js';

const COLUMNS = ['', 'unit', 'direct', 'minimal proxy', 'Switchyard', 'ratio', 'target', ''] as const;

const digits = (value: number): string => {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return '–';
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
};

const shown = (spread: Spread | undefined, added = false): string =>
  spread === undefined
    ? ''
    : `${added && spread.median >= 0 ? '+' : ''}${digits(spread.median)} (${digits(spread.least)}–${digits(spread.most)})`;

const targetText = ({ of, most }: Target, unit: Unit): string => (of === 'ratio' ? `≤ ${most} ×` : `≤ ${most} ${unit}`);

const cells = (figure: Figure): string[] => [
  figure.what,
  figure.unit,
  shown(figure.direct),
  shown(figure.minimal, figure.added),
  shown(figure.switchyard, figure.added),
  figure.ratio.least > 0 ? `${digits(figure.ratio.median)} ×` : '',
  figure.target ? targetText(figure.target, figure.unit) : '',
  figure.met === undefined ? '' : figure.met ? 'met' : 'missed',
];

/**
 * The figures in aligned columns, by scenario: medians, with the least and the most of all rounds in brackets.
 * `+` marks what a proxy adds to the direct way.
 */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => ({ scenario: figure.scenario, cells: cells(figure) }));
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row.cells[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) =>
        column < 2 || column > 5 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const lines = [line(COLUMNS)];
  let scenario = '';
  for (const row of rows) {
    if (row.scenario !== scenario) lines.push('', row.scenario);
    scenario = row.scenario;
    lines.push(line(row.cells));
  }
  return lines.join('\n');
};
