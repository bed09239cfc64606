import type { Figure } from './figure.js';
import type { Performance } from './experiment.js';

const COLUMNS = ['', '', 'figure', 'value', 'wanted', '', 's'] as const;
/** Numbers stand under each other by their ends. */
const TO_THE_RIGHT = new Set<number>([3, 6]);

const shown = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
};

const valueOf = ({ value, unit }: Figure): string => (unit ? `${shown(value)} ${unit}` : shown(value));

/** One figure in a line of its own. */
export const figureLine = (figure: Figure): string =>
  `${figure.name}: ${valueOf(figure)}${figure.wanted ? `, wanted ${figure.wanted}` : ''}${figure.note ? ` (${figure.note})` : ''}`;

const rowsOf = ({ experiment, figures, ok, seconds }: Performance): string[][] => {
  const rows = figures.map((figure) => {
    const verdict = figure.wanted === '' ? '' : figure.ok ? 'PASS' : 'FAIL';
    return ['', '', figure.name, valueOf(figure), figure.wanted, verdict, ''];
  });
  const head = [experiment.id, experiment.title, '', '', '', ok ? 'PASS' : 'FAIL', seconds.toFixed(1)];
  return [head, ...rows];
};

/** What helps to understand a failure. */
const explanationsOf = ({ experiment, figures, error, ok }: Performance): string[] => {
  if (ok) return [];
  const lines = figures.filter((figure) => !figure.ok && figure.note).map(figureLine);
  return [...lines, ...(error ? [error] : [])].map((line) => `${experiment.id}  ${line}`);
};

/** The results in aligned columns, and below them what is known about those that failed. */
export const tableOf = (performances: readonly Performance[]): string => {
  const rows = performances.flatMap(rowsOf);
  // Titles run on over the empty cells beside them.
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (column === 1 ? 1 : (row[column]?.length ?? 0)))),
  );
  const line = (row: readonly string[]): string => {
    const cells = row.map((text, column) => {
      const width = widths[column] ?? 0;
      return TO_THE_RIGHT.has(column) ? text.padStart(width) : text.padEnd(width);
    });
    if (!row[1]) return cells.join('  ').trimEnd();
    const room = widths.slice(1, 5).reduce((sum, width) => sum + width + 2, -2);
    return [cells[0], row[1].padEnd(room), ...cells.slice(5)].join('  ').trimEnd();
  };
  const explanations = performances.flatMap(explanationsOf);
  return [line(COLUMNS), ...rows.map(line), ...(explanations.length > 0 ? ['', ...explanations] : [])].join('\n');
};
